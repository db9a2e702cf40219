using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>What every optimizer's kernel does before and after its own rule, the same along a stretch of the flat buffers.</summary>
internal readonly record struct StepTerms
{
    /// <summary>The step size.</summary>
    public required float Rate { get; init; }

    /// <summary>What gradients are multiplied by first.</summary>
    public required float Factor { get; init; }

    /// <summary>What part of a value is added to its gradient.</summary>
    public float Decay { get; init; }

    /// <summary>What is added to the gradient with the sign of the value.</summary>
    public float L1 { get; init; }

    /// <summary>What a value is multiplied by before the step.</summary>
    public float Shrink { get; init; }

    /// <summary>The greatest change of a value in a step, before <see cref="Shrink"/>; infinity for no limit.</summary>
    public float Limit { get; init; }
}

/// <summary><see cref="StepTerms"/> in vectors.</summary>
internal readonly struct StepTerms<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    private readonly TSimd _rate;
    private readonly TSimd _factor;
    private readonly TSimd _decay;
    private readonly TSimd _l1;
    private readonly TSimd _shrink;
    private readonly TSimd _limit;
    private readonly bool _hasL1;
    private readonly bool _hasLimit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StepTerms(in StepTerms terms)
    {
        _rate = TSimd.Broadcast(terms.Rate);
        _factor = TSimd.Broadcast(terms.Factor);
        _decay = TSimd.Broadcast(terms.Decay);
        _l1 = TSimd.Broadcast(terms.L1);
        _shrink = TSimd.Broadcast(terms.Shrink);
        _limit = TSimd.Broadcast(terms.Limit);
        _hasL1 = terms.L1 != 0;
        _hasLimit = float.IsFinite(terms.Limit);
    }

    /// <summary>factor * gradient + decay * value + l1 * sign(value).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Gradient(TSimd value, TSimd gradient)
    {
        TSimd sum = TSimd.MultiplyAdd(_decay, value, gradient * _factor);
        if (!_hasL1)
            return sum;
        TSimd signed = _l1 | (value & TSimd.BroadcastBits(0x8000_0000));
        return sum + TSimd.Select(TSimd.Equal(value, TSimd.Zero), TSimd.Zero, signed);
    }

    /// <summary>shrink * value - rate * direction, the product limited.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Moved(TSimd value, TSimd direction)
    {
        TSimd start = value * _shrink;
        return _hasLimit
            ? start - TSimd.Maximum(TSimd.Zero - _limit, TSimd.Minimum(_limit, _rate * direction))
            : TSimd.NegatedMultiplyAdd(_rate, direction, start);
    }
}
