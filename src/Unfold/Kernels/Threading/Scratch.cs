namespace Unfold.Kernels.Threading;

/// <summary>Memory that a thread keeps from one kernel to the next: it grows to what was asked for most and ends with the thread.</summary>
internal sealed unsafe class Scratch
{
    [ThreadStatic]
    private static Scratch? _current;

    private float[] _memory = [];

    /// <summary>The calling thread's.</summary>
    public static Scratch Current => _current ??= new Scratch();

    /// <summary>At least <paramref name="length"/> floats of any content at a multiple of 64 bytes, valid until the next call.</summary>
    public float* Reserve(nint length)
    {
        if (_memory.Length < length + 16) _memory = GC.AllocateUninitializedArray<float>(checked((int)(length + 16)), pinned: true);
        nint address = (nint)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        return (float*)((address + 63) & ~(nint)63);
    }
}
