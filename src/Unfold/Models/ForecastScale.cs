using Unfold.Data.Forecasting;

namespace Unfold.Models;

/// <summary>The mean and the deviation of each variable in the training part.</summary>
internal sealed record ForecastScale(float[] Mean, float[] Deviation)
{
    /// <summary>Of the first steps of a series.</summary>
    internal static ForecastScale Of(TimeSeries series, int steps)
    {
        int width = series.Width;
        float[] mean = new float[width], deviation = new float[width];
        for (int c = 0; c < width; c++)
        {
            double sum = 0, squares = 0;
            for (int t = 0; t < steps; t++)
                sum += series.Values[(t * width) + c];
            for (int t = 0; t < steps; t++)
                squares += Math.Pow(series.Values[(t * width) + c] - (sum / steps), 2);
            double found = Math.Sqrt(squares / steps);

            // A variable that never changes in the training part has no scale of its own.
            (mean[c], deviation[c]) = ((float)(sum / steps), found > 1e-12 ? (float)found : 1);
        }

        return new ForecastScale(mean, deviation);
    }

    /// <summary>[T, C] on this scale.</summary>
    internal float[] Normalize(ReadOnlySpan<float> values)
    {
        float[] found = new float[values.Length];
        for (int i = 0; i < found.Length; i++)
            found[i] = (values[i] - Mean[i % Mean.Length]) / Deviation[i % Mean.Length];
        return found;
    }

    /// <summary>A value of a variable as measured.</summary>
    internal float Measured(float value, int variable) => (value * Deviation[variable]) + Mean[variable];
}
