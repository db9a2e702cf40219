namespace Unfold.Models;

/// <summary>How good forecasts are, over all windows of a part of a series, one beginning at each step.</summary>
public sealed record ForecastEvaluation
{
    /// <summary>Whose forecasts they are, as in <c>model</c> or <c>persistence</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How many windows were forecast.</summary>
    public required int Windows { get; init; }

    /// <summary>The mean squared error over windows, steps and variables, in deviations of the training part: as papers give it.</summary>
    public required double SquaredError { get; init; }

    /// <summary>The mean absolute error in the same units.</summary>
    public required double AbsoluteError { get; init; }

    /// <summary>For each variable the root of the mean squared error, as measured.</summary>
    public required IReadOnlyList<double> RootSquaredErrors { get; init; }

    /// <summary>For each variable the mean absolute error, as measured.</summary>
    public required IReadOnlyList<double> AbsoluteErrors { get; init; }

    /// <summary>The mean pinball loss in deviations of the training part; null where there are no quantiles.</summary>
    public double? Pinball { get; init; }

    /// <summary>For each quantile the share of the truth that is below it, which should be the quantile; empty where there are none.</summary>
    public IReadOnlyList<double> Below { get; init; } = [];
}

/// <summary>A forecast.</summary>
/// <param name="Steps">H, how many steps there are.</param>
/// <param name="Points">[H, C], as measured.</param>
/// <param name="Quantiles">Q, the quantiles; empty for point forecasts alone.</param>
/// <param name="Values">[H, C, Q], the value of each quantile, as measured; empty where there are none.</param>
public sealed record Forecast(int Steps, float[] Points, IReadOnlyList<float> Quantiles, float[] Values);
