using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>
/// One step of the rules that divide by the root of squared gradients, along flat arrays: AdaGrad and RMSProp. n is a multiple of 16; e is the
/// gradient of <see cref="StepTerms"/>.
/// </summary>
internal static unsafe class Squares
{
    /// <summary>
    /// s = keep * s + share * e * e; where there is <paramref name="m"/>, m = keep * m + share * e; d = e / (sqrt(s - m * m) + epsilon), the
    /// difference at least 0; where there is <paramref name="v"/>, d = v = momentum * v + d; p -= rate * d.
    /// </summary>
    /// <param name="p">Values.</param>
    /// <param name="g">Gradients.</param>
    /// <param name="s">Squares of gradients.</param>
    /// <param name="m">Means of gradients; null for none.</param>
    /// <param name="v">Velocities; null for none.</param>
    /// <param name="n">The length.</param>
    /// <param name="terms">What all rules share.</param>
    /// <param name="keep">What stays of the squares and means.</param>
    /// <param name="share">What is added of the new ones.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="momentum">What stays of the velocities.</param>
    public static void Descend(
        float* p, float* g, float* s, float* m, float* v, nint n, in StepTerms terms, float keep, float share, float epsilon, float momentum)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, s, m, v, n, terms, keep, share, epsilon, momentum);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, s, m, v, n, terms, keep, share, epsilon, momentum);
        else Descend<Simd128>(p, g, s, m, v, n, terms, keep, share, epsilon, momentum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(
        float* p, float* g, float* s, float* m, float* v, nint n, in StepTerms terms, float keep, float share, float epsilon, float momentum)
        where TSimd : struct, ISimd<TSimd>
    {
        var step = new StepTerms<TSimd>(terms);
        TSimd keeps = TSimd.Broadcast(keep);
        TSimd shares = TSimd.Broadcast(share);
        TSimd epsilons = TSimd.Broadcast(epsilon);
        TSimd momenta = TSimd.Broadcast(momentum);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = step.Gradient(value, TSimd.Load(g + i));
            TSimd square = TSimd.MultiplyAdd(keeps, TSimd.Load(s + i), shares * gradient * gradient);
            TSimd.Store(square, s + i);
            if (m is not null)
            {
                TSimd mean = TSimd.MultiplyAdd(keeps, TSimd.Load(m + i), shares * gradient);
                TSimd.Store(mean, m + i);
                square = TSimd.Maximum(TSimd.Zero, TSimd.NegatedMultiplyAdd(mean, mean, square));
            }

            TSimd direction = gradient / (TSimd.SquareRoot(square) + epsilons);
            if (v is not null)
            {
                direction = TSimd.MultiplyAdd(momenta, TSimd.Load(v + i), direction);
                TSimd.Store(direction, v + i);
            }

            TSimd.Store(step.Moved(value, direction), p + i);
        }
    }
}
