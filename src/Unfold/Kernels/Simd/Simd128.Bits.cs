using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

/// <content>What looks at a lane as 32 bits.</content>
internal readonly partial struct Simd128
{
    public static Simd128 LaneNumbers
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<uint>.Indices.AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 ShiftLeft(Simd128 value, int count) => new((value._value.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 AddBits(Simd128 left, Simd128 right) => new((left._value.AsUInt32() + right._value.AsUInt32()).AsSingle());

    /// <summary>The instruction multiplies the even lanes; the odd ones are shifted there and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyBits(Simd128 left, uint right, out Simd128 low, out Simd128 high)
    {
        var a = left._value.AsUInt32();
        var b = Vector128.Create(right);
        var even = EvenProducts(a, b);
        var odd = EvenProducts((a.AsUInt64() >> 32).AsUInt32(), b);
        var lower = Vector128.Create(0xFFFF_FFFFUL);
        low = new(((even & lower) | (odd << 32)).AsSingle());
        high = new(((even >> 32) | (odd & ~lower)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 ToUnitInterval(Simd128 bits) =>
        new(Vector128.ConvertToSingle((bits._value.AsUInt32() >> 8).AsInt32()) * Vector128.Create(1f / (1 << 24)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128 Split(Simd128 value, out Simd128 exponent)
    {
        var bits = value._value.AsInt32();
        var whole = (bits - Vector128.Create(BitConverter.SingleToInt32Bits(2f / 3))) >> 23;
        exponent = new(Vector128.ConvertToSingle(whole));
        return new((bits - (whole << 23)).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> EvenProducts(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported
            ? Sse2.Multiply(a, b)
            : Vector128.Create((ulong)a.GetElement(0) * b.GetElement(0), (ulong)a.GetElement(2) * b.GetElement(2));
}
