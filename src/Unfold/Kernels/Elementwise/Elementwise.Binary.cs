namespace Unfold.Kernels.Elementwise;

internal static unsafe partial class Elementwise
{
    /// <summary>y = a + b.</summary>
    public static void Add(float* a, float* b, float* y, nint n) => Map.Binary(new AddOperation(), a, b, y, n);

    /// <summary>y = a - b.</summary>
    public static void Subtract(float* a, float* b, float* y, nint n) => Map.Binary(new SubtractOperation(), a, b, y, n);

    /// <summary>y = a * b.</summary>
    public static void Multiply(float* a, float* b, float* y, nint n) => Map.Binary(new MultiplyOperation(), a, b, y, n);

    /// <summary>y = a / b.</summary>
    public static void Divide(float* a, float* b, float* y, nint n) => Map.Binary(new DivideOperation(), a, b, y, n);

    /// <summary>y = the smaller of a and b.</summary>
    public static void Minimum(float* a, float* b, float* y, nint n) => Map.Binary(new MinimumOperation(), a, b, y, n);

    /// <summary>y = the larger of a and b.</summary>
    public static void Maximum(float* a, float* b, float* y, nint n) => Map.Binary(new MaximumOperation(), a, b, y, n);

    /// <summary>y = 1 where a ≥ b, else 0.</summary>
    public static void GreaterOrEqual(float* a, float* b, float* y, nint n) => Map.Binary(new GreaterOrEqualOperation(), a, b, y, n);

    /// <summary>y = a * b + c.</summary>
    public static void MultiplyAdd(float* a, float* b, float* c, float* y, nint n) =>
        Map.Ternary(new MultiplyAddOperation(), a, b, c, y, n);

    /// <summary>y = a * b + c * d.</summary>
    public static void MultiplyMultiplyAdd(float* a, float* b, float* c, float* d, float* y, nint n) =>
        Map.Quaternary(new MultiplyMultiplyAddOperation(), a, b, c, d, y, n);

    /// <summary>y += a * b.</summary>
    public static void MultiplyAccumulate(float* a, float* b, float* y, nint n) =>
        Map.Ternary(new MultiplyAddOperation(), a, b, y, y, n);

    /// <summary>y += x.</summary>
    public static void Accumulate(float* x, float* y, nint n) =>
        Map.Binary(new AddOperation(), y, x, y, n);

    /// <summary>y = f * a + (1 - f) * b.</summary>
    public static void Lerp(float* f, float* a, float* b, float* y, nint n) =>
        Map.Ternary(new LerpOperation(), f, a, b, y, n);

    /// <summary>y = (a - b) * c.</summary>
    public static void SubtractMultiply(float* a, float* b, float* c, float* y, nint n) =>
        Map.Ternary(new SubtractMultiplyOperation(), a, b, c, y, n);

    /// <summary>y = d * s * (1 - s).</summary>
    public static void SigmoidAdjoint(float* d, float* s, float* y, nint n) =>
        Map.Binary(new SigmoidAdjointOperation(), d, s, y, n);

    /// <summary>y = d * (1 - t * t).</summary>
    public static void TanhAdjoint(float* d, float* t, float* y, nint n) =>
        Map.Binary(new TanhAdjointOperation(), d, t, y, n);

    /// <summary>y = d * e * s * (1 - s).</summary>
    public static void SigmoidAdjointMultiply(float* d, float* e, float* s, float* y, nint n) =>
        Map.Ternary(new SigmoidAdjointMultiplyOperation(), d, e, s, y, n);

    /// <summary>y = d * e * (1 - t * t).</summary>
    public static void TanhAdjointMultiply(float* d, float* e, float* t, float* y, nint n) =>
        Map.Ternary(new TanhAdjointMultiplyOperation(), d, e, t, y, n);
}
