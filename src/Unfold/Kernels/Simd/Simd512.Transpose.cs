using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

internal readonly unsafe partial struct Simd512
{
    /// <inheritdoc cref="ISimd{TSelf}.Transpose"/>
    /// <remarks>Each vector is four lanes of four floats: 4 × 4 transposes within lanes, then two rounds that move lanes.</remarks>
    public static void Transpose(float** rows, nint column, float* destination, nint stride)
    {
        Quarter(rows + 0, column, out var r0, out var r1, out var r2, out var r3);
        Quarter(rows + 4, column, out var r4, out var r5, out var r6, out var r7);
        Quarter(rows + 8, column, out var r8, out var r9, out var r10, out var r11);
        Quarter(rows + 12, column, out var r12, out var r13, out var r14, out var r15);
        Lanes(r0, r4, r8, r12, out r0, out r4, out r8, out r12);
        Lanes(r1, r5, r9, r13, out r1, out r5, out r9, out r13);
        Lanes(r2, r6, r10, r14, out r2, out r6, out r10, out r14);
        Lanes(r3, r7, r11, r15, out r3, out r7, out r11, out r15);
        r0.Store(destination);
        destination += stride;
        r1.Store(destination);
        destination += stride;
        r2.Store(destination);
        destination += stride;
        r3.Store(destination);
        destination += stride;
        r4.Store(destination);
        destination += stride;
        r5.Store(destination);
        destination += stride;
        r6.Store(destination);
        destination += stride;
        r7.Store(destination);
        destination += stride;
        r8.Store(destination);
        destination += stride;
        r9.Store(destination);
        destination += stride;
        r10.Store(destination);
        destination += stride;
        r11.Store(destination);
        destination += stride;
        r12.Store(destination);
        destination += stride;
        r13.Store(destination);
        destination += stride;
        r14.Store(destination);
        destination += stride;
        r15.Store(destination);
    }

    /// <summary>Four rows; vector j holds, in its lane q, column 4q + j of the four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(
        float** rows, nint column, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3)
    {
        var r0 = Vector512.Load(rows[0] + column);
        var r1 = Vector512.Load(rows[1] + column);
        var r2 = Vector512.Load(rows[2] + column);
        var r3 = Vector512.Load(rows[3] + column);
        var low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        c1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        c3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Output q is lane q of each of the four inputs, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d,
        out Vector512<float> l0, out Vector512<float> l1, out Vector512<float> l2, out Vector512<float> l3)
    {
        var ab01 = Avx512F.Shuffle4x128(a, b, 0x44);
        var ab23 = Avx512F.Shuffle4x128(a, b, 0xEE);
        var cd01 = Avx512F.Shuffle4x128(c, d, 0x44);
        var cd23 = Avx512F.Shuffle4x128(c, d, 0xEE);
        l0 = Avx512F.Shuffle4x128(ab01, cd01, 0x88);
        l1 = Avx512F.Shuffle4x128(ab01, cd01, 0xDD);
        l2 = Avx512F.Shuffle4x128(ab23, cd23, 0x88);
        l3 = Avx512F.Shuffle4x128(ab23, cd23, 0xDD);
    }
}
