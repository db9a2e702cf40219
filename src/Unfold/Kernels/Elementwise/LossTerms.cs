using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>w t log(1 + exp(-x)) + (1 - t) log(1 + exp(x)): no term is negative for t in [0, 1], so nothing cancels, and nothing overflows.</summary>
internal readonly struct BinaryCrossEntropyOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd>
    {
        var rest = Logarithm.OnePlus(Exponential.Exp(a | TSimd.BroadcastBits(0x8000_0000)));
        var whenTrue = TSimd.Maximum(TSimd.Zero, TSimd.Zero - a) + rest;
        var whenFalse = TSimd.Maximum(TSimd.Zero, a) + rest;
        return TSimd.MultiplyAdd(b * c, whenTrue, (TSimd.Broadcast(1) - b) * whenFalse);
    }
}

/// <summary>The derivative of <see cref="BinaryCrossEntropyOperation"/> by x: (1 - t + w t) sigmoid(x) - w t.</summary>
internal readonly struct BinaryCrossEntropyAdjointOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd>
    {
        var weighted = b * c;
        var s = Exponential.Sigmoid(a);
        return TSimd.MultiplyAdd(TSimd.Broadcast(1) - b + weighted, s, TSimd.Zero - weighted);
    }
}

/// <summary>p (log p - q) for a probability p and a logarithm q of another; 0 where p is 0, NaN below.</summary>
internal readonly struct KlDivergenceOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.Equal(a, TSimd.Zero), TSimd.Zero, a * (Logarithm.Apply(a) - b));
}
