using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>One step of Adam along flat arrays. n is a multiple of 16.</summary>
internal static unsafe class Moments
{
    /// <summary>
    /// e = factor * g + decay * p; m = m + share1 * (e - m); v = keep2 * v + share2 * e * e;
    /// p -= rate * m / (sqrt(v) * scale + epsilon).
    /// </summary>
    public static void Descend(
        float* p, float* g, float* m, float* v, nint n, float rate, float decay, float share1, float keep2, float share2, float scale, float epsilon, float factor)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, m, v, n, rate, decay, share1, keep2, share2, scale, epsilon, factor);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, m, v, n, rate, decay, share1, keep2, share2, scale, epsilon, factor);
        else Descend<Simd128>(p, g, m, v, n, rate, decay, share1, keep2, share2, scale, epsilon, factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(
        float* p, float* g, float* m, float* v, nint n, float rate, float decay, float share1, float keep2, float share2, float scale, float epsilon, float factor)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd rates = TSimd.Broadcast(rate);
        TSimd decays = TSimd.Broadcast(decay);
        TSimd shares1 = TSimd.Broadcast(share1);
        TSimd keeps2 = TSimd.Broadcast(keep2);
        TSimd shares2 = TSimd.Broadcast(share2);
        TSimd scales = TSimd.Broadcast(scale);
        TSimd epsilons = TSimd.Broadcast(epsilon);
        TSimd factors = TSimd.Broadcast(factor);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = TSimd.MultiplyAdd(decays, value, TSimd.Load(g + i) * factors);
            TSimd mean = TSimd.Load(m + i);
            mean = TSimd.MultiplyAdd(shares1, gradient - mean, mean);
            TSimd square = TSimd.MultiplyAdd(keeps2, TSimd.Load(v + i), shares2 * gradient * gradient);
            TSimd.Store(mean, m + i);
            TSimd.Store(square, v + i);
            TSimd step = mean / TSimd.MultiplyAdd(TSimd.SquareRoot(square), scales, epsilons);
            TSimd.Store(TSimd.NegatedMultiplyAdd(rates, step, value), p + i);
        }
    }
}
