using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>One step of gradient descent, plain or with momentum, along flat arrays. n is a multiple of 16.</summary>
internal static unsafe class Momentum
{
    /// <summary>p -= rate * (factor * g + decay * p).</summary>
    public static void Descend(float* p, float* g, nint n, float rate, float decay, float factor)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, n, rate, decay, factor);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, n, rate, decay, factor);
        else Descend<Simd128>(p, g, n, rate, decay, factor);
    }

    /// <summary>
    /// e = factor * g + decay * p; v = momentum * v + e; p -= rate * v, or, if <paramref name="nesterov"/>, p -= rate * (e + momentum * v).
    /// </summary>
    public static void Descend(float* p, float* g, float* v, nint n, float rate, float decay, float factor, float momentum, bool nesterov)
    {
        if (VectorWidth.Bits == 512) Descend<Simd512>(p, g, v, n, rate, decay, factor, momentum, nesterov);
        else if (VectorWidth.Bits == 256) Descend<Simd256>(p, g, v, n, rate, decay, factor, momentum, nesterov);
        else Descend<Simd128>(p, g, v, n, rate, decay, factor, momentum, nesterov);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(float* p, float* g, nint n, float rate, float decay, float factor)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd rates = TSimd.Broadcast(rate);
        TSimd decays = TSimd.Broadcast(decay);
        TSimd factors = TSimd.Broadcast(factor);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = TSimd.MultiplyAdd(decays, value, TSimd.Load(g + i) * factors);
            TSimd.Store(TSimd.NegatedMultiplyAdd(rates, gradient, value), p + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Descend<TSimd>(float* p, float* g, float* v, nint n, float rate, float decay, float factor, float momentum, bool nesterov)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd rates = TSimd.Broadcast(rate);
        TSimd decays = TSimd.Broadcast(decay);
        TSimd factors = TSimd.Broadcast(factor);
        TSimd momenta = TSimd.Broadcast(momentum);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd value = TSimd.Load(p + i);
            TSimd gradient = TSimd.MultiplyAdd(decays, value, TSimd.Load(g + i) * factors);
            TSimd velocity = TSimd.MultiplyAdd(momenta, TSimd.Load(v + i), gradient);
            TSimd.Store(velocity, v + i);
            TSimd direction = nesterov ? TSimd.MultiplyAdd(momenta, velocity, gradient) : velocity;
            TSimd.Store(TSimd.NegatedMultiplyAdd(rates, direction, value), p + i);
        }
    }
}
