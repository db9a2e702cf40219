using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>One step of Adam along flat arrays. n is a multiple of 16; e is the gradient of <see cref="StepTerms"/>.</summary>
internal static unsafe class Moments
{
    /// <summary>m = m + share1 * (e - m); v = keep2 * v + share2 * e * e; p = shrink * p - rate * m / (sqrt(v) * scale + epsilon).</summary>
    public static void Descend(
        float* p, float* g, float* m, float* v, nint n, in StepTerms terms, float share1, float keep2, float share2, float scale, float epsilon)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, m, v, n, terms, share1, keep2, share2, scale, epsilon);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, m, v, n, terms, share1, keep2, share2, scale, epsilon);
        else Descend<Simd128>(p, g, m, v, n, terms, share1, keep2, share2, scale, epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(
        float* p, float* g, float* m, float* v, nint n, in StepTerms terms, float share1, float keep2, float share2, float scale, float epsilon)
        where TSimd : struct, ISimd<TSimd>
    {
        var step = new StepTerms<TSimd>(terms);
        TSimd shares1 = TSimd.Broadcast(share1);
        TSimd keeps2 = TSimd.Broadcast(keep2);
        TSimd shares2 = TSimd.Broadcast(share2);
        TSimd scales = TSimd.Broadcast(scale);
        TSimd epsilons = TSimd.Broadcast(epsilon);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = step.Gradient(value, TSimd.Load(g + i));
            TSimd mean = TSimd.Load(m + i);
            mean = TSimd.MultiplyAdd(shares1, gradient - mean, mean);
            TSimd square = TSimd.MultiplyAdd(keeps2, TSimd.Load(v + i), shares2 * gradient * gradient);
            TSimd.Store(mean, m + i);
            TSimd.Store(square, v + i);
            TSimd direction = mean / TSimd.MultiplyAdd(TSimd.SquareRoot(square), scales, epsilons);
            TSimd.Store(step.Moved(value, direction), p + i);
        }
    }
}
