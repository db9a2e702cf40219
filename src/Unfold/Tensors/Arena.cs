namespace Unfold.Tensors;

/// <summary>
/// Memory that is handed out piece by piece and taken back all at once. The same sequence of requests after a
/// <see cref="Reset"/> finds the same places (first fit over chunks that only become more), so that a loop whose shapes repeat
/// allocates in its first pass and never again.
/// </summary>
internal sealed class Arena
{
    /// <summary>The least size of a chunk in floats: 1 MiB.</summary>
    private const int SmallestChunk = 1 << 18;

    private readonly List<Chunk> _chunks = [];
    private readonly List<TensorSlot> _slots = [];
    private readonly object _owner;
    private int _used;

    /// <summary>Makes an empty arena whose slots name <paramref name="owner"/> as theirs.</summary>
    public Arena(object owner)
    {
        _owner = owner;
    }

    /// <summary>The floats of all chunks together.</summary>
    public long Capacity
    {
        get
        {
            long floats = 0;
            foreach (Chunk chunk in _chunks)
                floats += chunk.Storage.Length;
            return floats;
        }
    }

    /// <summary>The floats handed out since the last <see cref="Reset"/>, with what alignment takes.</summary>
    public long InUse
    {
        get
        {
            long floats = 0;
            foreach (Chunk chunk in _chunks)
                floats += chunk.Used;
            return floats;
        }
    }

    /// <summary>Hands out a slot of <paramref name="length"/> floats with arbitrary content, 64-byte aligned.</summary>
    public TensorSlot Rent(int length)
    {
        if (_used == _slots.Count)
            _slots.Add(new TensorSlot { Owner = _owner });
        TensorSlot slot = _slots[_used++];
        (slot.Storage, slot.Offset) = Place(HostStorage.AlignUp(length));
        slot.Length = length;
        return slot;
    }

    /// <summary>Hands out a slot that looks at other memory; it counts as this arena's and ends with <see cref="Reset"/>.</summary>
    public TensorSlot RentAlias(Storage storage, int offset, int length)
    {
        TensorSlot slot = Rent(0);
        (slot.Storage, slot.Offset, slot.Length) = (storage, offset, length);
        return slot;
    }

    /// <summary>Takes everything back; handles given out until now are dead.</summary>
    public void Reset()
    {
        for (int i = 0; i < _used; i++)
        {
            TensorSlot slot = _slots[i];
            slot.Generation++;
            slot.Gradient = null;
            slot.NeedsGradient = false;
        }

        _used = 0;
        foreach (Chunk chunk in _chunks)
            chunk.Used = 0;
    }

    private (HostStorage Storage, int Offset) Place(int length)
    {
        long total = 0;
        foreach (Chunk chunk in _chunks)
        {
            int offset = chunk.Used;
            if (length <= chunk.Storage.Length - offset)
            {
                chunk.Used += length;
                return (chunk.Storage, offset);
            }

            total += chunk.Storage.Length;
        }

        // As large as all before it: the number of chunks stays logarithmic.
        int size = (int)Math.Max(length, Math.Clamp(total, SmallestChunk, 1 << 28));
        Chunk added = new(new HostStorage(size, zeroed: false)) { Used = length };
        _chunks.Add(added);
        return (added.Storage, 0);
    }

    private sealed class Chunk(HostStorage storage)
    {
        public HostStorage Storage { get; } = storage;

        public int Used { get; set; }
    }
}
