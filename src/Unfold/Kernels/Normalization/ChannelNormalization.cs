using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Normalization;

/// <summary>Channels of [N, C, L] brought to zero mean and unit variance over N and L, and the gradient through that.</summary>
/// <remarks>
/// A channel's sums run row by row, in double from row to row, in an order that depends on the shape and the vector width alone. The variance is made of
/// deviations from the mean, not of squares less a square, which would lose all digits where the mean is large.
/// </remarks>
internal static unsafe class ChannelNormalization
{
    /// <summary>The mean and the (biased) variance of a channel.</summary>
    public static void Moments(in Channel channel, float* x, out float mean, out float variance)
    {
        float* rows = channel.Open(x, channel.Reserve(1), 0);
        double sum = 0;
        for (int n = 0; n < channel.Rows; n++) sum += K.Sum(rows + (n * channel.RowStride), channel.RowLength);
        mean = (float)(sum / channel.Count);
        double squares = 0;
        for (int n = 0; n < channel.Rows; n++)
            squares += Deviations.SumOfSquares(rows + (n * channel.RowStride), mean, channel.RowLength);
        variance = (float)(squares / channel.Count);
    }

    /// <summary>y = (x - mean) * scale + shift.</summary>
    public static void Normalize(in Channel channel, float* x, float* y, float mean, float scale, float shift)
    {
        float* scratch = channel.Reserve(1), source = channel.Open(x, scratch, 0), target = channel.Result(y, scratch, 0);
        for (int n = 0; n < channel.Rows; n++)
            Deviations.Normalize(source + (n * channel.RowStride), target + (n * channel.RowStride), channel.RowLength, mean, scale, shift);
        channel.Close(target, y);
    }

    /// <summary>The sum of d and the sum of d * (x - mean).</summary>
    public static void Sums(in Channel channel, float* d, float* x, float mean, out double sum, out double product)
    {
        float* scratch = channel.Reserve(2), gradients = channel.Open(d, scratch, 0), rows = channel.Open(x, scratch, 1);
        (sum, product) = (0, 0);
        for (int n = 0; n < channel.Rows; n++)
        {
            float* row = gradients + (n * channel.RowStride);
            sum += K.Sum(row, channel.RowLength);
            product += Deviations.Dot(row, rows + (n * channel.RowStride), mean, channel.RowLength);
        }
    }

    /// <summary>dx = a * (d - c) + b * (x - mean), or dx += that.</summary>
    public static void Combine(in Channel channel, float* d, float* x, float* dx, float mean, float a, float b, float c, bool accumulate)
    {
        float* scratch = channel.Reserve(3), gradients = channel.Open(d, scratch, 0), rows = channel.Open(x, scratch, 1);
        float* target = accumulate ? channel.Open(dx, scratch, 2) : channel.Result(dx, scratch, 2);
        for (int n = 0; n < channel.Rows; n++)
        {
            nint row = n * channel.RowStride;
            Deviations.Combine(gradients + row, rows + row, target + row, channel.RowLength, mean, a, b, c, accumulate);
        }

        channel.Close(target, dx);
    }
}
