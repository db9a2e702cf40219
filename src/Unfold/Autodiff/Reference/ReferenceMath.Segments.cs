namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>y[n, c] = greatest, mean or sum over the rows i with segments[i] = n of x[i, c].</summary>
    public static void SegmentPooling(PoolingKind kind, ReadOnlySpan<T> x, ReadOnlySpan<int> segments, int columns, Span<T> y)
    {
        for (int n = 0; n < y.Length / columns; n++)
        {
            for (int c = 0; c < columns; c++)
            {
                T best = T.Zero, sum = T.Zero;
                int rows = 0;
                for (int i = 0; i < segments.Length; i++)
                {
                    if (segments[i] != n)
                        continue;
                    T value = x[(i * columns) + c];
                    best = rows == 0 || value > best ? value : best;
                    sum += value;
                    rows++;
                }

                y[(n * columns) + c] = kind == PoolingKind.Max ? best : kind == PoolingKind.Sum ? sum : sum / T.CreateChecked(rows);
            }
        }
    }

    /// <summary>dx[i, c] += d[segments[i], c], over the segment's rows where the mean was taken; of the greatest only where it came from.</summary>
    public static void SegmentPoolingBackward(PoolingKind kind, ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<int> segments, int columns, ReadOnlySpan<T> y, Span<T> dx)
    {
        for (int i = 0; i < segments.Length; i++)
        {
            int n = segments[i];
            for (int c = 0; c < columns; c++)
            {
                T each = d[(n * columns) + c];
                if (kind == PoolingKind.Max)
                    each = x[(i * columns) + c] == y[(n * columns) + c] ? each : T.Zero;
                else if (kind == PoolingKind.Average)
                    each /= T.CreateChecked(segments.ToArray().Count(segment => segment == n));
                dx[(i * columns) + c] += each;
            }
        }
    }
}
