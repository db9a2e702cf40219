using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>One step of gradient descent, plain or with momentum, along flat arrays. n is a multiple of 16; e is the gradient of <see cref="StepTerms"/>.</summary>
internal static unsafe class Momentum
{
    /// <summary>p -= rate * e.</summary>
    public static void Descend(float* p, float* g, nint n, in StepTerms terms)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, n, terms);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, n, terms);
        else Descend<Simd128>(p, g, n, terms);
    }

    /// <summary>v = momentum * v + e; p -= rate * v, or, if <paramref name="nesterov"/>, p -= rate * (e + momentum * v).</summary>
    public static void Descend(float* p, float* g, float* v, nint n, in StepTerms terms, float momentum, bool nesterov)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, v, n, terms, momentum, nesterov);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, v, n, terms, momentum, nesterov);
        else Descend<Simd128>(p, g, v, n, terms, momentum, nesterov);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(float* p, float* g, nint n, in StepTerms terms)
        where TSimd : struct, ISimd<TSimd>
    {
        var step = new StepTerms<TSimd>(terms);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd.Store(step.Moved(value, step.Gradient(value, TSimd.Load(g + i))), p + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(float* p, float* g, float* v, nint n, in StepTerms terms, float momentum, bool nesterov)
        where TSimd : struct, ISimd<TSimd>
    {
        var step = new StepTerms<TSimd>(terms);
        TSimd momenta = TSimd.Broadcast(momentum);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = step.Gradient(value, TSimd.Load(g + i));
            TSimd velocity = TSimd.MultiplyAdd(momenta, TSimd.Load(v + i), gradient);
            TSimd.Store(velocity, v + i);
            TSimd direction = nesterov ? TSimd.MultiplyAdd(momenta, velocity, gradient) : velocity;
            TSimd.Store(step.Moved(value, direction), p + i);
        }
    }
}
