using System.Runtime.CompilerServices;

namespace Unfold.Kernels.Simd;

internal readonly unsafe partial struct Simd128
{
    /// <inheritdoc cref="ISimd{TSelf}.Unzip"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unzip(Simd128 first, Simd128 second, out Simd128 even, out Simd128 odd)
    {
        // a0 b0 a1 b1 and a2 b2 a3 b3, and once more.
        var low = InterleaveLow(first._value, second._value);
        var high = InterleaveHigh(first._value, second._value);
        even = new(InterleaveLow(low, high));
        odd = new(InterleaveHigh(low, high));
    }

    /// <inheritdoc cref="ISimd{TSelf}.Zip"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Zip(Simd128 even, Simd128 odd, out Simd128 first, out Simd128 second)
    {
        first = new(InterleaveLow(even._value, odd._value));
        second = new(InterleaveHigh(even._value, odd._value));
    }
}
