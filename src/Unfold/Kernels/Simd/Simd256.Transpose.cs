using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

internal readonly unsafe partial struct Simd256
{
    /// <inheritdoc cref="ISimd{TSelf}.Transpose"/>
    /// <remarks>Each vector is two lanes of four floats: 4 × 4 transposes within the lanes, then one round that joins lanes.</remarks>
    public static void Transpose(float** rows, nint column, float* destination, nint stride)
    {
        Half(rows + 0, column, out var r0, out var r1, out var r2, out var r3);
        Half(rows + 4, column, out var r4, out var r5, out var r6, out var r7);
        Avx.Permute2x128(r0, r4, 0x20).Store(destination);
        destination += stride;
        Avx.Permute2x128(r1, r5, 0x20).Store(destination);
        destination += stride;
        Avx.Permute2x128(r2, r6, 0x20).Store(destination);
        destination += stride;
        Avx.Permute2x128(r3, r7, 0x20).Store(destination);
        destination += stride;
        Avx.Permute2x128(r0, r4, 0x31).Store(destination);
        destination += stride;
        Avx.Permute2x128(r1, r5, 0x31).Store(destination);
        destination += stride;
        Avx.Permute2x128(r2, r6, 0x31).Store(destination);
        destination += stride;
        Avx.Permute2x128(r3, r7, 0x31).Store(destination);
    }

    /// <summary>Four rows; vector j holds, in its lane q, column 4q + j of the four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half(
        float** rows, nint column, out Vector256<float> c0, out Vector256<float> c1, out Vector256<float> c2, out Vector256<float> c3)
    {
        var r0 = Vector256.Load(rows[0] + column);
        var r1 = Vector256.Load(rows[1] + column);
        var r2 = Vector256.Load(rows[2] + column);
        var r3 = Vector256.Load(rows[3] + column);
        var low01 = Avx.UnpackLow(r0, r1).AsDouble();
        var high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        var low23 = Avx.UnpackLow(r2, r3).AsDouble();
        var high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx.UnpackLow(low01, low23).AsSingle();
        c1 = Avx.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx.UnpackLow(high01, high23).AsSingle();
        c3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }
}
