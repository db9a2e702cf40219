namespace Unfold.Tensors;

/// <summary>
/// Main memory of the process: a pinned array, of which the part that begins at a 64-byte boundary (one cache line, one
/// 512-bit vector) is used. The garbage collector never moves it, so that <see cref="Pointer"/> is good for as long as this
/// object is reachable.
/// </summary>
internal sealed unsafe class HostStorage : Storage
{
    /// <summary>The alignment in floats: 64 bytes.</summary>
    public const int Alignment = 16;

    private readonly float[] _array;
    private readonly int _start;

    /// <summary>Takes <paramref name="length"/> floats from the pinned heap, zeros unless <paramref name="zeroed"/> is false.</summary>
    public HostStorage(int length, bool zeroed = true)
    {
        Length = length;
        int size = checked(length + Alignment);
        _array = zeroed
            ? GC.AllocateArray<float>(size, pinned: true)
            : GC.AllocateUninitializedArray<float>(size, pinned: true);
        fixed (float* first = _array)
        {
            nuint misplaced = (nuint)first % (Alignment * sizeof(float));
            _start = misplaced == 0 ? 0 : Alignment - (int)(misplaced / sizeof(float));
            Pointer = first + _start;
        }
    }

    /// <inheritdoc/>
    public override int Length { get; }

    /// <summary>The first float, 64-byte aligned. Keep this object reachable while the pointer is in use.</summary>
    public float* Pointer { get; }

    /// <inheritdoc/>
    public override Span<float> Span => new(_array, _start, Length);

    /// <summary>The smallest multiple of the alignment that is not below a length.</summary>
    public static int AlignUp(int length) => checked(length + Alignment - 1) & -Alignment;
}
