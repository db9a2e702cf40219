using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Kernels.Simd;

/// <summary>Asks for memory before it is needed. A hint: any address may be given.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Bytes that come at once.</summary>
    public const int LineBytes = 64;

    /// <summary>Asks for a line into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }

    /// <summary>Asks for a line into the first-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Near(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>Asks for all lines of some floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(float* address, int floats)
    {
        if (floats <= 0) return;
        byte* end = (byte*)(address + floats);
        for (byte* line = (byte*)((nint)address & ~(LineBytes - 1)); line < end; line += LineBytes) Line((float*)line);
    }
}
