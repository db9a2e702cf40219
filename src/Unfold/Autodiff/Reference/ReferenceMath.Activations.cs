using Unfold.Kernels.Elementwise;

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

    /// <summary>y = x where x > 0, else slope * x.</summary>
    public static void LeakyRelu(ReadOnlySpan<T> x, T slope, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = ScalarFunctions.LeakyRelu(x[i], slope);
    }

    /// <summary>dx += d where x > 0, else slope * d.</summary>
    public static void LeakyReluBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> x, T slope, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += x[i] > T.Zero ? d[i] : slope * d[i];
    }

    /// <summary>y = x where x > 0, else alpha * (exp(x) - 1).</summary>
    public static void Elu(ReadOnlySpan<T> x, T alpha, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = ScalarFunctions.Elu(x[i], alpha);
    }

    /// <summary>dx += d where x > 0, else d * alpha * exp(x).</summary>
    public static void EluBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> x, T alpha, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += x[i] > T.Zero ? d[i] : d[i] * alpha * T.Exp(x[i]);
    }

    /// <summary>y = x * the normal distribution function at x.</summary>
    public static void Gelu(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = ScalarFunctions.Gelu(x[i]);
    }

    /// <summary>dx += d * (the normal distribution function at x + x * exp(-x² / 2) / sqrt(2 pi)).</summary>
    public static void GeluBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> x, Span<T> dx)
    {
        T scale = T.One / T.Sqrt(T.Tau), half = T.CreateChecked(0.5);
        for (int i = 0; i < d.Length; i++)
            dx[i] += d[i] * (ScalarFunctions.NormalCdf(x[i]) + x[i] * scale * T.Exp(-half * x[i] * x[i]));
    }

    /// <summary>y = x * sigmoid(x).</summary>
    public static void Silu(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = ScalarFunctions.Silu(x[i]);
    }

    /// <summary>dx += d * s * (1 + x * (1 - s)) with s = sigmoid(x).</summary>
    public static void SiluBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> x, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
        {
            T s = ScalarFunctions.Sigmoid(x[i]);
            dx[i] += d[i] * s * (T.One + x[i] * (T.One - s));
        }
    }

    /// <summary>y = log(1 + exp(x)).</summary>
    public static void Softplus(ReadOnlySpan<T> x, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = ScalarFunctions.Softplus(x[i]);
    }

    /// <summary>dx += d * sigmoid(x).</summary>
    public static void SoftplusBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> x, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += d[i] * ScalarFunctions.Sigmoid(x[i]);
    }

    /// <summary>y[m, n] = exp(x[m, n]) / sum over n of exp(x[m, n]).</summary>
    public static void Softmax(ReadOnlySpan<T> x, int n, Span<T> y)
    {
        LogSoftmax(x, n, y);
        for (int i = 0; i < y.Length; i++)
            y[i] = T.Exp(y[i]);
    }

    /// <summary>dx[m, n] += y[m, n] * (d[m, n] - sum over n of d[m, n] * y[m, n]).</summary>
    public static void SoftmaxBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> y, int n, Span<T> dx)
    {
        for (int row = 0; row < d.Length; row += n)
        {
            T sum = T.Zero;
            for (int i = row; i < row + n; i++)
                sum += d[i] * y[i];
            for (int i = row; i < row + n; i++)
                dx[i] += y[i] * (d[i] - sum);
        }
    }

    /// <summary>y[m, n] = x[m, n] - log(sum over n of exp(x[m, n])).</summary>
    public static void LogSoftmax(ReadOnlySpan<T> x, int n, Span<T> y)
    {
        for (int row = 0; row < y.Length; row += n)
        {
            T logSumExp = LogSumExp(x.Slice(row, n));
            for (int i = row; i < row + n; i++)
                y[i] = x[i] - logSumExp;
        }
    }

    /// <summary>dx[m, n] += d[m, n] - exp(y[m, n]) * sum over n of d[m, n].</summary>
    public static void LogSoftmaxBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> y, int n, Span<T> dx)
    {
        for (int row = 0; row < d.Length; row += n)
        {
            T sum = Sum(d.Slice(row, n));
            for (int i = row; i < row + n; i++)
                dx[i] += d[i] - T.Exp(y[i]) * sum;
        }
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
