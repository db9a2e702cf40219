using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>a * b + c.</summary>
internal readonly struct MultiplyAddOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.MultiplyAdd(a, b, c);
}

/// <summary>a * b + c * d.</summary>
internal readonly struct MultiplyMultiplyAddOperation : IQuaternaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c, TSimd d)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.MultiplyAdd(a, b, c * d);
}

/// <summary>a * b + (1 - a) * c, computed as a * b + (c - a * c): b itself where a is 1, and c where it is 0.</summary>
internal readonly struct LerpOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.MultiplyAdd(a, b, TSimd.NegatedMultiplyAdd(a, c, c));
}

/// <summary>(a - b) * c.</summary>
internal readonly struct SubtractMultiplyOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd> =>
        (a - b) * c;
}

/// <summary>d * s * (1 - s), the derivative through s = sigmoid, computed as d * (s - s * s).</summary>
internal readonly struct SigmoidAdjointOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a * TSimd.NegatedMultiplyAdd(b, b, b);
}

/// <summary>d * (1 - t * t), the derivative through t = tanh.</summary>
internal readonly struct TanhAdjointOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a * TSimd.NegatedMultiplyAdd(b, b, TSimd.Broadcast(1));
}

/// <summary>d * e * s * (1 - s).</summary>
internal readonly struct SigmoidAdjointMultiplyOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd> =>
        a * b * TSimd.NegatedMultiplyAdd(c, c, c);
}

/// <summary>d * e * (1 - t * t).</summary>
internal readonly struct TanhAdjointMultiplyOperation : ITernaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
        where TSimd : struct, ISimd<TSimd> =>
        a * b * TSimd.NegatedMultiplyAdd(c, c, TSimd.Broadcast(1));
}
