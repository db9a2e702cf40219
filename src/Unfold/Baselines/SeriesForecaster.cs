namespace Unfold.Baselines;

/// <summary>A forecast that needs no network. Series are [T, C], the oldest step first.</summary>
public abstract class SeriesForecaster
{
    private protected SeriesForecaster()
    {
    }

    /// <summary>How it is called, as in <c>seasonal naive</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How many steps it looks back.</summary>
    public abstract int LookBack { get; }

    /// <summary>Forecasts the steps behind a history.</summary>
    /// <param name="history">[L, C] with L of <see cref="LookBack"/> or more; the last steps matter.</param>
    /// <param name="width">C.</param>
    /// <param name="forecast">[H, C], to be written.</param>
    /// <exception cref="ArgumentException">The history is too short, or the forecast longer than what was learnt.</exception>
    public void Forecast(ReadOnlySpan<float> history, int width, Span<float> forecast)
    {
        if (width < 1 || history.Length % width != 0 || forecast.Length % width != 0 || history.Length / width < LookBack)
        {
            throw new ArgumentException($"The {Name} forecast expects {LookBack} steps or more of {width} values, but got {history.Length} values for a forecast of {forecast.Length}.");
        }

        Compute(history, width, forecast);
    }

    private protected abstract void Compute(ReadOnlySpan<float> history, int width, Span<float> forecast);
}

/// <summary>Persistence: everything stays as it is at the last step.</summary>
public sealed class Persistence : SeriesForecaster
{
    /// <inheritdoc/>
    public override string Name => "persistence";

    /// <inheritdoc/>
    public override int LookBack => 1;

    private protected override void Compute(ReadOnlySpan<float> history, int width, Span<float> forecast)
    {
        for (int i = 0; i < forecast.Length; i++)
            forecast[i] = history[history.Length - width + (i % width)];
    }
}

/// <summary>Seasonal naive: each step is as that of one period before (Hyndman and Athanasopoulos 2021, 5.2).</summary>
public sealed class SeasonalNaive : SeriesForecaster
{
    private readonly int _period;

    /// <summary>Makes the forecaster.</summary>
    /// <param name="period">The steps of a period, as 12 for months or 24 for hours; 1 or more.</param>
    /// <exception cref="ArgumentException">The period is below 1.</exception>
    public SeasonalNaive(int period) => _period = period >= 1 ? period : throw new ArgumentException($"SeasonalNaive expects a period of 1 or more, but got {period}.");

    /// <inheritdoc/>
    public override string Name => "seasonal naive";

    /// <inheritdoc/>
    public override int LookBack => _period;

    private protected override void Compute(ReadOnlySpan<float> history, int width, Span<float> forecast)
    {
        ReadOnlySpan<float> last = history[^(_period * width)..];
        for (int i = 0; i < forecast.Length; i++)
            forecast[i] = last[i % last.Length];
    }
}
