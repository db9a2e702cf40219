using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

internal readonly unsafe partial struct Simd256
{
    /// <inheritdoc cref="ISimd{TSelf}.Unzip"/>
    /// <remarks>Within the lanes of four first, then the quarters are put in order.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unzip(Simd256 first, Simd256 second, out Simd256 even, out Simd256 odd)
    {
        even = new(Avx2.Permute4x64(Avx.Shuffle(first._value, second._value, 0b10_00_10_00).AsDouble(), 0b11_01_10_00).AsSingle());
        odd = new(Avx2.Permute4x64(Avx.Shuffle(first._value, second._value, 0b11_01_11_01).AsDouble(), 0b11_01_10_00).AsSingle());
    }

    /// <inheritdoc cref="ISimd{TSelf}.Zip"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Zip(Simd256 even, Simd256 odd, out Simd256 first, out Simd256 second)
    {
        var low = Avx.UnpackLow(even._value, odd._value);
        var high = Avx.UnpackHigh(even._value, odd._value);
        first = new(Avx.Permute2x128(low, high, 0x20));
        second = new(Avx.Permute2x128(low, high, 0x31));
    }
}
