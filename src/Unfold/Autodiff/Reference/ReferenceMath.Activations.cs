namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    public static void Sigmoid(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = T.One / (T.One + T.Exp(-x[i]));
    }

    /// <summary>dx += d * y * (1 - y).</summary>
    public static void SigmoidBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> y, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += d[i] * y[i] * (T.One - y[i]);
    }

    /// <summary>y = tanh x.</summary>
    public static void Tanh(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = T.Tanh(x[i]);
    }

    /// <summary>dx += d * (1 - y * y).</summary>
    public static void TanhBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> y, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += d[i] * (T.One - y[i] * y[i]);
    }

    /// <summary>y = the larger of x and 0.</summary>
    public static void Relu(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = T.Max(x[i], T.Zero);
    }

    /// <summary>dx += d where y > 0.</summary>
    public static void ReluBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> y, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += y[i] > T.Zero ? d[i] : T.Zero;
    }

    /// <summary>y = x * mask, where the mask holds 0 or 1 / (1 - p).</summary>
    public static void Dropout(ReadOnlySpan<T> x, ReadOnlySpan<T> mask, Span<T> y) => Multiply(x, mask, y);

    /// <summary>dx += d * mask.</summary>
    public static void DropoutBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> mask, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += d[i] * mask[i];
    }
}
