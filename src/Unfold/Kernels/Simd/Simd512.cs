using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

/// <summary>Sixteen floats: AVX-512.</summary>
internal readonly unsafe partial struct Simd512(Vector512<float> value) : ISimd<Simd512>
{
    private readonly Vector512<float> _value = value;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Count => 16;

    public static Simd512 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 BroadcastBits(uint value) => new(Vector512.Create(value).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd512 value, float* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator +(Simd512 left, Simd512 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator -(Simd512 left, Simd512 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator *(Simd512 left, Simd512 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator /(Simd512 left, Simd512 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator &(Simd512 left, Simd512 right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator |(Simd512 left, Simd512 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 operator ^(Simd512 left, Simd512 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Minimum(Simd512 left, Simd512 right) => new(Vector512.MinNative(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Maximum(Simd512 left, Simd512 right) => new(Vector512.MaxNative(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 GreaterThan(Simd512 left, Simd512 right) => new(Vector512.GreaterThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 GreaterThanOrEqual(Simd512 left, Simd512 right) => new(Vector512.GreaterThanOrEqual(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Equal(Simd512 left, Simd512 right) => new(Vector512.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Select(Simd512 mask, Simd512 whenTrue, Simd512 whenFalse) =>
        new(Vector512.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 SquareRoot(Simd512 value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Sin(Simd512 value) => new(Vector512.Sin(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Cos(Simd512 value) => new(Vector512.Cos(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 LoadPartial(float* source, int count) =>
        new(Avx512F.MaskLoad(source, FirstLanes(count), Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(Simd512 value, float* destination, int count) =>
        Avx512F.MaskStore(destination, FirstLanes(count), value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 MultiplyAdd(Simd512 a, Simd512 b, Simd512 c) => new(Avx512F.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 NegatedMultiplyAdd(Simd512 a, Simd512 b, Simd512 c) =>
        new(Avx512F.FusedMultiplyAddNegated(a._value, b._value, c._value));

    /// <summary>One Newton step: the error of the estimate is squared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 FastDivide(Simd512 numerator, Simd512 denominator)
    {
        var estimate = Estimate(denominator);
        var quotient = numerator * estimate;
        return MultiplyAdd(NegatedMultiplyAdd(denominator, quotient, numerator), estimate, quotient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 FastReciprocal(Simd512 denominator)
    {
        var estimate = Estimate(denominator);
        return MultiplyAdd(NegatedMultiplyAdd(denominator, estimate, Broadcast(1)), estimate, estimate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ScaleByPower(Simd512 value, Simd512 exponent) => new(Avx512F.Scale(value._value, exponent._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd512 value) => Simd256.Sum(new Simd256(value._value.GetLower() + value._value.GetUpper()));

    /// <summary>vrcp14ps: a relative error of at most 2^-14.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Simd512 Estimate(Simd512 value) => new(Avx512F.Reciprocal14(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FirstLanes(int count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();
}
