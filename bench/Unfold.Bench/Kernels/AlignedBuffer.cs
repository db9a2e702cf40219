using System.Runtime.InteropServices;

namespace Unfold.Bench.Kernels;

/// <summary>Floats at a multiple of 64 bytes, filled with numbers in [-1, 1].</summary>
internal sealed unsafe class AlignedBuffer
{
    private readonly float[] _memory;

    public AlignedBuffer(long length)
    {
        _memory = GC.AllocateUninitializedArray<float>((int)length + 16, pinned: true);
        var random = new Random(1);
        for (int i = 0; i < _memory.Length; i++) _memory[i] = (random.NextSingle() * 2) - 1;
    }

    public float* Pointer => (float*)((Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0) + 63) & ~(nint)63);
}
