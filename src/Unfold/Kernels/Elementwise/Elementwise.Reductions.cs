namespace Unfold.Kernels.Elementwise;

internal static unsafe partial class Elementwise
{
    /// <summary>The sum of x; 0 for none. The order depends on n and the vector width alone.</summary>
    public static float Sum(float* x, nint n) => Reduction.Sum(new ValueTerm(), x, x, n);

    /// <summary>The sum of a * b.</summary>
    public static float Dot(float* a, float* b, nint n) => Reduction.Sum(new ProductTerm(), a, b, n);

    /// <summary>The largest of x; NaN if any is NaN, negative infinity for none.</summary>
    public static float Maximum(float* x, nint n) => Reduction.Maximum(x, n);

    /// <summary>m, the mean of each row of x [rows, columns].</summary>
    public static void Mean(float* x, float* m, int rows, int columns) => Normalization.Mean(x, m, rows, columns);

    /// <summary>s = 1 / sqrt(variance + 1e-5) of each row of x, whose mean is m; the variance is the mean of the squared deviations.</summary>
    public static void InverseDeviation(float* x, float* m, float* s, int rows, int columns) => Normalization.InverseDeviation(x, m, s, rows, columns);

    /// <summary>y = (x - m) s in each row, m and s a number a row.</summary>
    public static void Normalize(float* x, float* m, float* s, float* y, int rows, int columns) => Normalization.Normalize(x, m, s, y, rows, columns);

    /// <summary>z = (d - mean(d) - y mean(d y)) s in each row: the gradient of x, where d is that of y, and y and s are what <see cref="Normalize"/> made and took.</summary>
    public static void NormalizeAdjoint(float* d, float* y, float* s, float* z, int rows, int columns) => Normalization.Adjoint(d, y, s, z, rows, columns);
}
