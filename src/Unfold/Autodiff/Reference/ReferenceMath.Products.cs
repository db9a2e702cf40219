namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>y[m, n] = sum over k of a[m, k] * b[k, n].</summary>
    public static void MatMul(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int m, int k, int n, Span<T> y)
    {
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                T sum = T.Zero;
                for (int i = 0; i < k; i++)
                    sum += a[row * k + i] * b[i * n + column];
                y[row * n + column] = sum;
            }
        }
    }

    /// <summary>da[m, k] += sum over n of d[m, n] * b[k, n]; db[k, n] += sum over m of a[m, k] * d[m, n].</summary>
    public static void MatMulBackward(
        ReadOnlySpan<T> d, ReadOnlySpan<T> a, ReadOnlySpan<T> b, int m, int k, int n, Span<T> da, Span<T> db)
    {
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                T gradient = d[row * n + column];
                for (int i = 0; i < k; i++)
                {
                    da[row * k + i] += gradient * b[i * n + column];
                    db[i * n + column] += gradient * a[row * k + i];
                }
            }
        }
    }

    /// <summary>y[m, n] = b[n] + sum over k of x[m, k] * w[n, k].</summary>
    public static void Linear(ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> b, int m, int k, int n, Span<T> y)
    {
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                T sum = T.Zero;
                for (int i = 0; i < k; i++)
                    sum += x[row * k + i] * w[column * k + i];
                y[row * n + column] = sum + b[column];
            }
        }
    }

    /// <summary>dx[m, k] += sum over n of d[m, n] * w[n, k]; dw[n, k] += sum over m of d[m, n] * x[m, k]; db[n] += sum over m of d[m, n].</summary>
    public static void LinearBackward(
        ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<T> w, int m, int k, int n, Span<T> dx, Span<T> dw, Span<T> db)
    {
        for (int row = 0; row < m; row++)
        {
            for (int column = 0; column < n; column++)
            {
                T gradient = d[row * n + column];
                db[column] += gradient;
                for (int i = 0; i < k; i++)
                {
                    dx[row * k + i] += gradient * w[column * k + i];
                    dw[column * k + i] += gradient * x[row * k + i];
                }
            }
        }
    }
}
