using Unfold.Data.Forecasting;
using Unfold.Models;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>The example of docs/forecasting.md.</summary>
[Collection("Console")]
public sealed class ForecastExample
{
    [Fact]
    public void Forecasts()
    {
        float[] waves = [.. Enumerable.Range(0, 400).Select(t => MathF.Sin(t / 5f))];
        TimeSeries series = new(["wave"], waves);
        ForecasterOptions options = new() { LookBack = 32, Horizon = 8, Segment = 4, Epochs = 5 };
        Forecaster model = Forecaster.Train(series, options);
        Console.WriteLine($"mean squared error {model.Measured!.SquaredError:F4}");
        foreach (ForecastEvaluation baseline in Forecaster.Baselines(series, options))
            Console.WriteLine($"{baseline.Name} {baseline.SquaredError:F4}");
        Forecast next = model.Predict(series.Values);
        Console.WriteLine($"then {next.Points[0]:F2}, {next.Points[1]:F2}, …");
        Assert.True(model.Measured.SquaredError < 0.2);
    }
}
