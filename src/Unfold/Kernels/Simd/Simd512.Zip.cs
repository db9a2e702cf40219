using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

internal readonly unsafe partial struct Simd512
{
    /// <inheritdoc cref="ISimd{TSelf}.Unzip"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unzip(Simd512 first, Simd512 second, out Simd512 even, out Simd512 odd)
    {
        var places = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        even = new(Avx512F.PermuteVar16x32x2(first._value, places, second._value));
        odd = new(Avx512F.PermuteVar16x32x2(first._value, places + Vector512<int>.One, second._value));
    }

    /// <inheritdoc cref="ISimd{TSelf}.Zip"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Zip(Simd512 even, Simd512 odd, out Simd512 first, out Simd512 second)
    {
        var places = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        first = new(Avx512F.PermuteVar16x32x2(even._value, places, odd._value));
        second = new(Avx512F.PermuteVar16x32x2(even._value, places + Vector512.Create(8), odd._value));
    }
}
