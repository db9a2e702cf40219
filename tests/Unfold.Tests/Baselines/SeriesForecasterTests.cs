using Unfold.Baselines;

namespace Unfold.Tests.Baselines;

public sealed class SeriesForecasterTests
{
    [Fact]
    public void Persistence_and_seasonal_naive_repeat()
    {
        float[] history = [1, 10, 2, 20, 3, 30], forecast = new float[8];
        new Persistence().Forecast(history, 2, forecast);
        Assert.Equal([3, 30, 3, 30, 3, 30, 3, 30], forecast);
        new SeasonalNaive(3).Forecast(history, 2, forecast);
        Assert.Equal([1, 10, 2, 20, 3, 30, 1, 10], forecast);
        Assert.Contains("expects 4 steps", Assert.Throws<ArgumentException>(() => new SeasonalNaive(4).Forecast(history, 2, forecast)).Message);
    }

    [Fact]
    public void The_linear_layer_finds_a_recurrence()
    {
        // x(t) = 1.6 x(t-1) - 0.9 x(t-2) has an exact linear forecast from two values; beside it a channel of another scale.
        float[] series = new float[400];
        (series[0], series[2], series[1], series[3]) = (1, 0.5f, -2, 1);
        for (int i = 4; i < series.Length; i++)
            series[i] = (1.6f * series[i - 2]) - (0.995f * series[i - 4]);
        LinearForecaster model = LinearForecaster.Fit(series.AsSpan(0, 300), 2, 4, 3, 1e-9);
        float[] forecast = new float[6];
        model.Forecast(series.AsSpan(0, 310), 2, forecast);
        for (int i = 0; i < 6; i++)
            Assert.Equal(series[310 + i], forecast[i], 1e-3);
    }

    [Fact]
    public void Too_short_a_series_is_refused() => Assert.Contains("5 steps", Assert.Throws<ArgumentException>(() => LinearForecaster.Fit(new float[5], 1, 4, 2)).Message);
}
