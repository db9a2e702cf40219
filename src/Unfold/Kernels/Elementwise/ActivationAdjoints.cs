using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>d where y = max(x, 0) is above zero, else 0.</summary>
internal readonly struct ReluAdjointOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.GreaterThan(b, TSimd.Zero) & a;
}

/// <summary>d where x is above zero, else slope * d.</summary>
internal readonly struct LeakyReluAdjointOperation(float slope) : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.GreaterThan(b, TSimd.Zero), a, a * TSimd.Broadcast(slope));
}

/// <summary>d where x is above zero, else d * scale * exp(x).</summary>
internal readonly struct EluAdjointOperation(float scale) : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.GreaterThan(b, TSimd.Zero), a, a * (TSimd.Broadcast(scale) * Exponential.Exp(b)));
}

/// <summary>d * (NormalCdf(x) + x * density(x)).</summary>
internal readonly struct GeluAdjointOperation : IBinaryOperation
{
    private const float InverseSqrtTwoPi = 0.39894228f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd>
    {
        var density = TSimd.Broadcast(InverseSqrtTwoPi) * Exponential.Exp(b * b * TSimd.Broadcast(-0.5f));
        return a * TSimd.MultiplyAdd(b, density, Gaussian.Cumulative(b));
    }
}

/// <summary>d * s * (1 + x * (1 - s)) with s = sigmoid(x).</summary>
internal readonly struct SiluAdjointOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd>
    {
        var one = TSimd.Broadcast(1);
        var s = Exponential.Sigmoid(b);
        return a * (s * TSimd.MultiplyAdd(b, one - s, one));
    }
}

/// <summary>d * sigmoid(x).</summary>
internal readonly struct SoftplusAdjointOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a * Exponential.Sigmoid(b);
}
