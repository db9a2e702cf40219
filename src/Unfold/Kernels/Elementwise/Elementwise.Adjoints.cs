namespace Unfold.Kernels.Elementwise;

// Derivatives of activations times a gradient d, and the terms of losses.
internal static unsafe partial class Elementwise
{
    /// <summary>y = d where r &gt; 0, else 0; r is the result of <see cref="Relu"/>.</summary>
    public static void ReluAdjoint(float* d, float* r, float* y, nint n) => Map.Binary(new ReluAdjointOperation(), d, r, y, n);

    /// <summary>y = d where x &gt; 0, else a * d.</summary>
    public static void LeakyReluAdjoint(float* d, float* x, float* y, nint n, float a) =>
        Map.Binary(new LeakyReluAdjointOperation(a), d, x, y, n);

    /// <summary>y = d where x &gt; 0, else d * a * exp(x).</summary>
    public static void EluAdjoint(float* d, float* x, float* y, nint n, float a) => Map.Binary(new EluAdjointOperation(a), d, x, y, n);

    /// <summary>y = d * (NormalCdf(x) + x * the normal density at x).</summary>
    public static void GeluAdjoint(float* d, float* x, float* y, nint n) => Map.Binary(new GeluAdjointOperation(), d, x, y, n);

    /// <summary>y = d * s * (1 + x * (1 - s)) with s = sigmoid(x).</summary>
    public static void SiluAdjoint(float* d, float* x, float* y, nint n) => Map.Binary(new SiluAdjointOperation(), d, x, y, n);

    /// <summary>y = d * sigmoid(x).</summary>
    public static void SoftplusAdjoint(float* d, float* x, float* y, nint n) => Map.Binary(new SoftplusAdjointOperation(), d, x, y, n);

    /// <summary>y = w t log(1 + exp(-x)) + (1 - t) log(1 + exp(x)).</summary>
    public static void BinaryCrossEntropy(float* x, float* t, float* w, float* y, nint n) =>
        Map.Ternary(new BinaryCrossEntropyOperation(), x, t, w, y, n);

    /// <summary>y = (1 - t + w t) sigmoid(x) - w t.</summary>
    public static void BinaryCrossEntropyAdjoint(float* x, float* t, float* w, float* y, nint n) =>
        Map.Ternary(new BinaryCrossEntropyAdjointOperation(), x, t, w, y, n);

    /// <summary>y = p (log p - q), 0 where p = 0.</summary>
    public static void KlDivergence(float* p, float* q, float* y, nint n) => Map.Binary(new KlDivergenceOperation(), p, q, y, n);
}
