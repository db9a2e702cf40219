using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>One step of AdaDelta along flat arrays. n is a multiple of 16; e is the gradient of <see cref="StepTerms"/>.</summary>
internal static unsafe class SquaredSteps
{
    /// <summary>s = keep * s + share * e * e; d = sqrt(u + epsilon) / sqrt(s + epsilon) * e; u = keep * u + share * d * d; p -= rate * d.</summary>
    public static void Descend(float* p, float* g, float* s, float* u, nint n, in StepTerms terms, float keep, float share, float epsilon)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, s, u, n, terms, keep, share, epsilon);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, s, u, n, terms, keep, share, epsilon);
        else Descend<Simd128>(p, g, s, u, n, terms, keep, share, epsilon);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(float* p, float* g, float* s, float* u, nint n, in StepTerms terms, float keep, float share, float epsilon)
        where TSimd : struct, ISimd<TSimd>
    {
        var step = new StepTerms<TSimd>(terms);
        TSimd keeps = TSimd.Broadcast(keep);
        TSimd shares = TSimd.Broadcast(share);
        TSimd epsilons = TSimd.Broadcast(epsilon);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = step.Gradient(value, TSimd.Load(g + i));
            TSimd square = TSimd.MultiplyAdd(keeps, TSimd.Load(s + i), shares * gradient * gradient);
            TSimd.Store(square, s + i);
            TSimd former = TSimd.Load(u + i);
            TSimd direction = TSimd.SquareRoot(former + epsilons) / TSimd.SquareRoot(square + epsilons) * gradient;
            TSimd.Store(TSimd.MultiplyAdd(keeps, former, shares * direction * direction), u + i);
            TSimd.Store(step.Moved(value, direction), p + i);
        }
    }
}
