namespace Unfold.Kernels.Elementwise;

internal static unsafe partial class Elementwise
{
    /// <summary>The sum of x; 0 for none. The order depends on n and the vector width alone.</summary>
    public static float Sum(float* x, nint n) => Reduction.Sum(new ValueTerm(), x, x, n);

    /// <summary>The sum of a * b.</summary>
    public static float Dot(float* a, float* b, nint n) => Reduction.Sum(new ProductTerm(), a, b, n);

    /// <summary>The largest of x; NaN if any is NaN, negative infinity for none.</summary>
    public static float Maximum(float* x, nint n) => Reduction.Maximum(x, n);
}
