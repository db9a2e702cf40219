using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

internal readonly struct ReluOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Maximum(TSimd.Zero, x);
}

/// <summary>x above zero, slope * x below.</summary>
internal readonly struct LeakyReluOperation(float slope) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.GreaterThan(x, TSimd.Zero), x, x * TSimd.Broadcast(slope));
}

/// <summary>x above zero, scale * (exp(x) - 1) below.</summary>
internal readonly struct EluOperation(float scale) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.GreaterThan(x, TSimd.Zero), x, TSimd.Broadcast(scale) * Exponential.MinusOne(x));
}

/// <summary>x / (1 + |x|).</summary>
internal readonly struct SoftsignOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x / (TSimd.Broadcast(1) + (x & TSimd.BroadcastBits(0x7FFF_FFFF)));
}

/// <summary>x / 6 + 1/2, clipped to [0, 1].</summary>
internal readonly struct HardSigmoidOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        var line = TSimd.MultiplyAdd(x, TSimd.Broadcast(1f / 6), TSimd.Broadcast(0.5f));
        return TSimd.Minimum(TSimd.Broadcast(1), TSimd.Maximum(TSimd.Zero, line));
    }
}

/// <summary>x * sigmoid(x).</summary>
internal readonly struct SiluOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x * Exponential.Sigmoid(x);
}

/// <summary>log(1 + exp(x)).</summary>
internal readonly struct SoftplusOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        // max(x, 0) + log(1 + exp(-|x|)): no overflow, and exp never exceeds one.
        var u = Exponential.Exp(x | TSimd.BroadcastBits(0x8000_0000));
        return TSimd.Maximum(TSimd.Zero, x) + Logarithm.OnePlus(u);
    }
}

/// <summary>x * NormalCdf(x).</summary>
internal readonly struct GeluOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x * Gaussian.Cumulative(x);
}

/// <summary>The standard normal distribution function.</summary>
internal readonly struct NormalCdfOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        Gaussian.Cumulative(x);
}

internal readonly struct SigmoidOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        Exponential.Sigmoid(x);
}

internal readonly struct TanhOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        HyperbolicTangent.Apply(x);
}

internal readonly struct ExpOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        Exponential.Exp(x);
}

/// <summary>exp(x - a).</summary>
internal readonly struct ShiftedExpOperation(float a) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        Exponential.Exp(x - TSimd.Broadcast(a));
}

internal readonly struct LogOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        Logarithm.Apply(x);
}

/// <summary>ln(1 + x), NaN at -1 and below.</summary>
internal readonly struct LogOnePlusOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.GreaterThan(x, TSimd.Broadcast(-1)), Logarithm.OnePlus(x), TSimd.Broadcast(float.NaN));
}

internal readonly struct SinOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Sin(x);
}

internal readonly struct CosOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Cos(x);
}
