namespace Unfold.Models;

/// <summary>Gathers the errors of forecasts, whoever makes them.</summary>
internal sealed class ForecastMeasure(ForecastScale scale, float[] values, IReadOnlyList<float> quantiles)
{
    private readonly double[] _squares = new double[scale.Mean.Length], _absolutes = new double[scale.Mean.Length];
    private readonly long[] _below = new long[quantiles.Count];
    private double _pinball;
    private long _steps;
    private int _windows;

    /// <summary>Adds a forecast.</summary>
    /// <param name="start">Its first step.</param>
    /// <param name="forecast">[H, C, Q] on the scale of the training part, Q at least 1.</param>
    internal void Add(int start, ReadOnlySpan<float> forecast)
    {
        int width = _squares.Length, each = Math.Max(1, quantiles.Count), middle = each / 2;
        for (int i = 0; i < forecast.Length / each; i++)
        {
            double truth = values[(start * width) + i], error = forecast[(i * each) + middle] - truth;
            _squares[i % width] += error * error;
            _absolutes[i % width] += Math.Abs(error);
            for (int q = 0; q < quantiles.Count; q++)
            {
                double above = truth - forecast[(i * each) + q];
                _pinball += above > 0 ? quantiles[q] * above : (quantiles[q] - 1) * above;
                _below[q] += above <= 0 ? 1 : 0;
            }
        }

        _steps += forecast.Length / each / width;
        _windows++;
    }

    /// <summary>What was gathered.</summary>
    internal ForecastEvaluation Finish(string name)
    {
        double count = (double)_steps * _squares.Length;
        return new ForecastEvaluation
        {
            Name = name,
            Windows = _windows,
            SquaredError = _squares.Sum() / count,
            AbsoluteError = _absolutes.Sum() / count,
            RootSquaredErrors = [.. _squares.Select((sum, c) => Math.Sqrt(sum / _steps) * scale.Deviation[c])],
            AbsoluteErrors = [.. _absolutes.Select((sum, c) => sum / _steps * scale.Deviation[c])],
            Pinball = quantiles.Count == 0 ? null : _pinball / count / quantiles.Count,
            Below = [.. _below.Select(below => below / count)],
        };
    }
}
