namespace Unfold.Baselines;

/// <summary>
/// Dynamic time warping: the squared distance of two series when each may wait for the other, by at most a window of steps. Distances of steps with several channels are those of the vectors.
/// </summary>
/// <remarks>Source: Sakoe and Chiba 1978. The lower bound is that of Keogh and Ratanamahatana 2005, its use in the walk that of Rakthanmanon et al. 2012.</remarks>
internal sealed class WarpingDistance(int width)
{
    private double[] _row = [], _above = [], _rest = [];

    /// <summary>The distance; infinity as soon as it is known to be at least <paramref name="limit"/>.</summary>
    /// <param name="a">[T, C].</param>
    /// <param name="b">[U, C].</param>
    /// <param name="window">By how many steps one may be ahead; widened where the lengths differ by more.</param>
    /// <param name="limit">What the distance must be below.</param>
    /// <param name="bounds">Of b of the same length, what <see cref="Envelope"/> gives; empty for none.</param>
    internal double Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int window, double limit, ReadOnlySpan<float> bounds)
    {
        int steps = a.Length / width, others = b.Length / width;
        window = Math.Max(window, Math.Abs(steps - others));
        if (_row.Length < others + 1)
            (_row, _above) = (new double[others + 1], new double[others + 1]);
        if (_rest.Length < steps + 1)
            _rest = new double[steps + 1];

        // rest[t]: what the steps of a from t on cost at least.
        _rest.AsSpan(0, steps + 1).Clear();
        if (!bounds.IsEmpty)
        {
            for (int t = steps - 1; t >= 0; t--)
                _rest[t] = _rest[t + 1] + Outside(a.Slice(t * width, width), bounds.Slice(2 * t * width, 2 * width));
            if (_rest[0] >= limit)
                return double.PositiveInfinity;
        }

        double[] above = _above, row = _row;
        above.AsSpan(0, others + 1).Fill(double.PositiveInfinity);
        above[0] = 0;
        for (int t = 0; t < steps; t++)
        {
            int first = Math.Max(0, t - window), last = Math.Min(others - 1, t + window);
            row.AsSpan(0, others + 1).Fill(double.PositiveInfinity);
            double least = double.PositiveInfinity;
            ReadOnlySpan<float> step = a.Slice(t * width, width);
            for (int u = first; u <= last; u++)
            {
                double cost = Squared(step, b.Slice(u * width, width)) + Math.Min(above[u], Math.Min(above[u + 1], row[u]));
                row[u + 1] = cost;
                least = Math.Min(least, cost);
            }

            if (least + _rest[t + 1] >= limit)
                return double.PositiveInfinity;
            (above, row) = (row, above);
        }

        return above[others] < limit ? above[others] : double.PositiveInfinity;
    }

    /// <summary>For each step and channel the least and the greatest value within the window: [T, 2 C], the least first.</summary>
    internal static float[] Envelope(ReadOnlySpan<float> series, int width, int window)
    {
        int steps = series.Length / width;
        float[] bounds = new float[2 * series.Length];
        for (int t = 0; t < steps; t++)
        {
            for (int c = 0; c < width; c++)
            {
                float least = float.PositiveInfinity, greatest = float.NegativeInfinity;
                for (int u = Math.Max(0, t - window); u <= Math.Min(steps - 1, t + window); u++)
                {
                    least = Math.Min(least, series[(u * width) + c]);
                    greatest = Math.Max(greatest, series[(u * width) + c]);
                }

                (bounds[(2 * t * width) + c], bounds[(2 * t * width) + width + c]) = (least, greatest);
            }
        }

        return bounds;
    }

    /// <summary>The squared distance of two steps.</summary>
    internal static double Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return sum;
    }

    private static double Outside(ReadOnlySpan<float> step, ReadOnlySpan<float> bounds)
    {
        double sum = 0;
        for (int c = 0; c < step.Length; c++)
        {
            double difference = Math.Max(0, Math.Max((double)bounds[c] - step[c], (double)step[c] - bounds[step.Length + c]));
            sum += difference * difference;
        }

        return sum;
    }
}
