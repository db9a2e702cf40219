namespace Unfold.Data;

/// <summary>
/// Cuts sequences into batches of like lengths, in another way in each epoch: a function of the seed and the epoch, so that a resumed run finds the same. Allocates once.
/// </summary>
/// <remarks>
/// Items are put in an order by chance; each stretch of 64 batches is then sorted by length and cut, and the batches are put in an order by chance. So a batch's sequences
/// end at nearly the same time, and yet no two epochs have the same batches. The smaller batch, where the items do not come out even, is the last.
/// </remarks>
public sealed class LengthBuckets
{
    private const int Pool = 64;
    private const ulong BatchOrder = 1UL << 63;

    private readonly int[] _items, _lengths, _order, _batches;
    private readonly long[] _keys;
    private readonly ulong _seed;

    /// <summary>Of sequences 0 to N - 1.</summary>
    /// <param name="lengths">[N]: each sequence's length; 1 or more sequences.</param>
    /// <param name="batchSize">Sequences in a batch; 1 or more.</param>
    /// <param name="seed">What the batches depend on.</param>
    /// <exception cref="ArgumentException">There are no sequences, or the batch size is below 1.</exception>
    public LengthBuckets(ReadOnlySpan<int> lengths, int batchSize, ulong seed)
    {
        if (lengths.Length < 1 || batchSize < 1)
            throw new ArgumentException($"LengthBuckets expects 1 sequence or more and a batch size of 1 or more, but got {lengths.Length} sequences and batch size {batchSize}.");
        _lengths = lengths.ToArray();
        (_items, _order, _keys) = (new int[lengths.Length], new int[lengths.Length], new long[lengths.Length]);
        (BatchSize, _seed) = (batchSize, seed);
        _batches = new int[Count];
        BeginEpoch(0);
    }

    /// <summary>Sequences in a batch, but for the last.</summary>
    public int BatchSize { get; }

    /// <summary>Batches in an epoch.</summary>
    public int Count => (_lengths.Length + BatchSize - 1) / BatchSize;

    /// <summary>The numbers of a batch's sequences; good until the next epoch begins.</summary>
    /// <param name="batch">Which, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public ReadOnlySpan<int> this[int batch] => (uint)batch < (uint)Count
        ? _order.AsSpan(_batches[batch] * BatchSize, ItemsIn(batch))
        : throw new ArgumentOutOfRangeException(nameof(batch), $"There are batches 0 to {Count - 1}, but {batch} was asked for.");

    /// <summary>How many sequences a batch has.</summary>
    /// <param name="batch">Which, from 0.</param>
    public int ItemsIn(int batch) => batch < Count - 1 ? BatchSize : _lengths.Length - ((Count - 1) * BatchSize);

    /// <summary>Makes the batches of an epoch.</summary>
    /// <param name="epoch">Which, from 0.</param>
    public void BeginEpoch(int epoch)
    {
        for (int i = 0; i < _items.Length; i++)
            _items[i] = i;
        Shuffle.Apply(_items, _seed, (ulong)epoch);
        int pool = (int)Math.Min(_items.Length, (long)Pool * BatchSize);
        for (int first = 0; first < _items.Length; first += pool)
        {
            int count = Math.Min(pool, _items.Length - first);
            for (int i = first; i < first + count; i++)
                _keys[i] = ((long)_lengths[_items[i]] << 32) | (uint)i;
            Array.Sort(_keys, first, count);
            for (int i = first; i < first + count; i++)
                _order[i] = _items[(int)(uint)_keys[i]];
        }

        for (int i = 0; i < _batches.Length; i++)
            _batches[i] = i;
        bool isEven = _items.Length % BatchSize == 0;
        Shuffle.Apply(_batches.AsSpan(0, isEven ? Count : Count - 1), _seed, BatchOrder + (ulong)epoch);
    }
}
