using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

internal readonly unsafe partial struct Simd128
{
    /// <inheritdoc cref="ISimd{TSelf}.Transpose"/>
    /// <remarks>Two rounds of interleaving; element by element on a machine without the instructions.</remarks>
    public static void Transpose(float** rows, nint column, float* destination, nint stride)
    {
        var r0 = Vector128.Load(rows[0] + column);
        var r1 = Vector128.Load(rows[1] + column);
        var r2 = Vector128.Load(rows[2] + column);
        var r3 = Vector128.Load(rows[3] + column);
        var even0 = InterleaveLow(r0, r2);
        var even1 = InterleaveHigh(r0, r2);
        var odd0 = InterleaveLow(r1, r3);
        var odd1 = InterleaveHigh(r1, r3);
        InterleaveLow(even0, odd0).Store(destination);
        InterleaveHigh(even0, odd0).Store(destination + stride);
        InterleaveLow(even1, odd1).Store(destination + (2 * stride));
        InterleaveHigh(even1, odd1).Store(destination + (3 * stride));
    }

    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return Sse.UnpackLow(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipLow(a, b);
        return Vector128.Create(a.GetElement(0), b.GetElement(0), a.GetElement(1), b.GetElement(1));
    }

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return Sse.UnpackHigh(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipHigh(a, b);
        return Vector128.Create(a.GetElement(2), b.GetElement(2), a.GetElement(3), b.GetElement(3));
    }
}
