namespace Unfold.Kernels.Elementwise;

internal static unsafe partial class Elementwise
{
    /// <summary>The sum of x; 0 for none. The order depends on n and the vector width alone.</summary>
    public static float Sum(float* x, nint n) => Reduction.Sum(new ValueTerm(), x, x, n);

    /// <summary>The sum of a * b.</summary>
    public static float Dot(float* a, float* b, nint n) => Reduction.Sum(new ProductTerm(), a, b, n);

    /// <summary>The sum of (x - mean)^2.</summary>
    public static float SumOfSquaredDeviations(float* x, float mean, nint n) => Reduction.Sum(new SquaredDeviationTerm(mean), x, x, n);

    /// <summary>The largest of x; NaN if any is NaN, negative infinity for none.</summary>
    public static float Maximum(float* x, nint n) => Reduction.Maximum(x, n);

    /// <summary>y = (x - mean) / sqrt(variance + 1e-5) in each row of [rows, columns], the variance divided by the columns.</summary>
    public static void Normalize(float* x, float* y, int rows, int columns) => Normalization.Normalize(x, y, rows, columns);

    /// <summary>y = the gradient of x in each row, where d is that of x normalised.</summary>
    public static void NormalizeAdjoint(float* d, float* x, float* y, int rows, int columns) => Normalization.Adjoint(d, x, y, rows, columns);
}
