using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

internal readonly struct NegateOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x ^ TSimd.BroadcastBits(0x8000_0000);
}

internal readonly struct AbsoluteOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x & TSimd.BroadcastBits(0x7FFF_FFFF);
}

internal readonly struct SquareOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x * x;
}

internal readonly struct SquareRootOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.SquareRoot(x);
}

internal readonly struct ReciprocalOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Broadcast(1) / x;
}

internal readonly struct ScaleOperation(float a) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x * TSimd.Broadcast(a);
}

internal readonly struct AddScalarOperation(float a) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        x + TSimd.Broadcast(a);
}

internal readonly struct ReverseSubtractOperation(float a) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Broadcast(a) - x;
}

internal readonly struct ClipOperation(float low, float high) : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Minimum(TSimd.Broadcast(high), TSimd.Maximum(TSimd.Broadcast(low), x));
}

/// <summary>1, 0 or -1; 0 for NaN.</summary>
internal readonly struct SignOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        var one = TSimd.Broadcast(1);
        var up = TSimd.GreaterThan(x, TSimd.Zero) & one;
        var down = TSimd.GreaterThan(TSimd.Zero, x) & one;
        return up - down;
    }
}

/// <summary>1 where x is above zero, else 0.</summary>
internal readonly struct StepOperation : IUnaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.GreaterThan(x, TSimd.Zero) & TSimd.Broadcast(1);
}


internal readonly struct AddOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a + b;
}

internal readonly struct SubtractOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a - b;
}

internal readonly struct MultiplyOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a * b;
}

internal readonly struct DivideOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        a / b;
}

internal readonly struct MinimumOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Minimum(a, b);
}

internal readonly struct MaximumOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Maximum(a, b);
}

internal readonly struct GreaterOrEqualOperation : IBinaryOperation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.GreaterThanOrEqual(a, b) & TSimd.Broadcast(1);
}
