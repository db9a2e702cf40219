using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

/// <content>What looks at a lane as 32 bits.</content>
internal readonly partial struct Simd512
{
    public static Simd512 LaneNumbers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<uint>.Indices.AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ShiftLeft(Simd512 value, int count) => new((value._value.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 AddBits(Simd512 left, Simd512 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsSingle());

    /// <summary>The instruction multiplies the even lanes; the odd ones are shifted there and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyBits(Simd512 left, uint right, out Simd512 low, out Simd512 high)
    {
        var a = left._value.AsUInt32();
        var b = Vector512.Create(right);
        var even = EvenProducts(a, b);
        var odd = EvenProducts((a.AsUInt64() >> 32).AsUInt32(), b);
        var lower = Vector512.Create(0xFFFF_FFFFUL);
        low = new(((even & lower) | (odd << 32)).AsSingle());
        high = new(((even >> 32) | (odd & ~lower)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 ToUnitInterval(Simd512 bits) =>
        new(Vector512.ConvertToSingle((bits._value.AsUInt32() >> 8).AsInt32()) * Vector512.Create(1f / (1 << 24)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512 Split(Simd512 value, out Simd512 exponent)
    {
        var bits = value._value.AsInt32();
        var whole = (bits - Vector512.Create(BitConverter.SingleToInt32Bits(2f / 3))) >> 23;
        exponent = new(Vector512.ConvertToSingle(whole));
        return new((bits - (whole << 23)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> EvenProducts(Vector512<uint> a, Vector512<uint> b) =>
        Avx512F.Multiply(a, b);
}
