using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

/// <content>What looks at a lane as 32 bits.</content>
internal readonly partial struct Simd256
{
    public static Simd256 LaneNumbers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<uint>.Indices.AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 ShiftLeft(Simd256 value, int count) => new((value._value.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 AddBits(Simd256 left, Simd256 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsSingle());

    /// <summary>The instruction multiplies the even lanes; the odd ones are shifted there and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyBits(Simd256 left, uint right, out Simd256 low, out Simd256 high)
    {
        var a = left._value.AsUInt32();
        var b = Vector256.Create(right);
        var even = EvenProducts(a, b);
        var odd = EvenProducts((a.AsUInt64() >> 32).AsUInt32(), b);
        var lower = Vector256.Create(0xFFFF_FFFFUL);
        low = new(((even & lower) | (odd << 32)).AsSingle());
        high = new(((even >> 32) | (odd & ~lower)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 ToUnitInterval(Simd256 bits) =>
        new(Vector256.ConvertToSingle((bits._value.AsUInt32() >> 8).AsInt32()) * Vector256.Create(1f / (1 << 24)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256 Split(Simd256 value, out Simd256 exponent)
    {
        var bits = value._value.AsInt32();
        var whole = (bits - Vector256.Create(BitConverter.SingleToInt32Bits(2f / 3))) >> 23;
        exponent = new(Vector256.ConvertToSingle(whole));
        return new((bits - (whole << 23)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> EvenProducts(Vector256<uint> a, Vector256<uint> b) =>
        Avx2.Multiply(a, b);
}
