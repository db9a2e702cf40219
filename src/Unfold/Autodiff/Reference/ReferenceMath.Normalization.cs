namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>y[n, c, l] = (x[n, c, l] - mean[c]) / sqrt(variance[c] + epsilon) * gain[c] + bias[c], with mean and variance over n and l.</summary>
    public static void BatchNormalization(ReadOnlySpan<T> x, ReadOnlySpan<T> gain, ReadOnlySpan<T> bias, int n, int l, T epsilon, Span<T> y)
    {
        for (int c = 0; c < gain.Length; c++)
        {
            int[] places = ChannelPlaces(n, gain.Length, l, c);
            (T mean, T variance) = Moments(x, places);
            foreach (int i in places)
                y[i] = (x[i] - mean) / T.Sqrt(variance + epsilon) * gain[c] + bias[c];
        }
    }

    /// <summary>With z the normalised x: dgain[c] += sum of d z, dbias[c] += sum of d, dx += gain / sqrt(variance + epsilon) * (d - mean of d - z * mean of d z).</summary>
    public static void BatchNormalizationBackward(
        ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<T> gain, int n, int l, T epsilon, Span<T> dx, Span<T> dgain, Span<T> dbias)
    {
        for (int c = 0; c < gain.Length; c++)
        {
            int[] places = ChannelPlaces(n, gain.Length, l, c);
            (T mean, T variance) = Moments(x, places);
            T deviation = T.Sqrt(variance + epsilon), sum = T.Zero, product = T.Zero, count = T.CreateChecked(places.Length);
            foreach (int i in places)
            {
                sum += d[i];
                product += d[i] * (x[i] - mean) / deviation;
            }

            dgain[c] += product;
            dbias[c] += sum;
            foreach (int i in places)
                dx[i] += gain[c] / deviation * (d[i] - sum / count - (x[i] - mean) / deviation * product / count);
        }
    }

    /// <summary>The same with given mean[c] and variance[c].</summary>
    public static void FixedNormalization(
        ReadOnlySpan<T> x, ReadOnlySpan<T> gain, ReadOnlySpan<T> bias, ReadOnlySpan<T> mean, ReadOnlySpan<T> variance, int l, T epsilon, Span<T> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            int c = i / l % gain.Length;
            y[i] = (x[i] - mean[c]) / T.Sqrt(variance[c] + epsilon) * gain[c] + bias[c];
        }
    }

    /// <summary>dgain[c] += sum of d z, dbias[c] += sum of d, dx += d gain / sqrt(variance + epsilon).</summary>
    public static void FixedNormalizationBackward(
        ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<T> gain, ReadOnlySpan<T> mean, ReadOnlySpan<T> variance, int l, T epsilon, Span<T> dx,
        Span<T> dgain, Span<T> dbias)
    {
        for (int i = 0; i < x.Length; i++)
        {
            int c = i / l % gain.Length;
            T deviation = T.Sqrt(variance[c] + epsilon);
            dx[i] += d[i] * gain[c] / deviation;
            dgain[c] += d[i] * (x[i] - mean[c]) / deviation;
            dbias[c] += d[i];
        }
    }

    /// <summary>y[m, n] = (x[m, n] - mean) / sqrt(variance + epsilon) * gain[n] + bias[n], with mean and variance of each row.</summary>
    public static void LayerNormalization(ReadOnlySpan<T> x, ReadOnlySpan<T> gain, ReadOnlySpan<T> bias, T epsilon, Span<T> y)
    {
        int n = gain.Length;
        for (int row = 0; row < x.Length; row += n)
        {
            (T mean, T variance) = Moments(x, [.. Enumerable.Range(row, n)]);
            for (int i = 0; i < n; i++)
                y[row + i] = (x[row + i] - mean) / T.Sqrt(variance + epsilon) * gain[i] + bias[i];
        }
    }

    /// <summary>With z the normalised x and g = d gain: dgain[n] += sum over m of d z, dbias[n] += that of d, dx += (g - mean of g - z * mean of g z) / deviation.</summary>
    public static void LayerNormalizationBackward(
        ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<T> gain, T epsilon, Span<T> dx, Span<T> dgain, Span<T> dbias)
    {
        int n = gain.Length;
        for (int row = 0; row < x.Length; row += n)
        {
            (T mean, T variance) = Moments(x, [.. Enumerable.Range(row, n)]);
            T deviation = T.Sqrt(variance + epsilon), sum = T.Zero, product = T.Zero, count = T.CreateChecked(n);
            for (int i = 0; i < n; i++)
            {
                T z = (x[row + i] - mean) / deviation;
                dgain[i] += d[row + i] * z;
                dbias[i] += d[row + i];
                sum += d[row + i] * gain[i];
                product += d[row + i] * gain[i] * z;
            }

            for (int i = 0; i < n; i++)
                dx[row + i] += (d[row + i] * gain[i] - sum / count - (x[row + i] - mean) / deviation * product / count) / deviation;
        }
    }

    private static int[] ChannelPlaces(int n, int channels, int l, int c) =>
        [.. from batch in Enumerable.Range(0, n) from i in Enumerable.Range(0, l) select (batch * channels + c) * l + i];

    private static (T Mean, T Variance) Moments(ReadOnlySpan<T> x, int[] places)
    {
        T mean = T.Zero, variance = T.Zero, count = T.CreateChecked(places.Length);
        foreach (int i in places)
            mean += x[i] / count;
        foreach (int i in places)
            variance += (x[i] - mean) * (x[i] - mean) / count;
        return (mean, variance);
    }
}
