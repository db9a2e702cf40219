namespace Unfold.Data;

/// <summary>Cuts items into batches, in another order in each epoch: a function of the seed and the epoch, so that a resumed run finds the same. Allocates once.</summary>
public sealed class ShuffledBatches
{
    private readonly int[] _items;
    private readonly int[] _order;
    private readonly ulong _seed;

    /// <summary>Of the items 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">How many items there are; 1 or more.</param>
    /// <param name="batchSize">Items in a batch; 1 or more. What is left over at the end of an epoch is a smaller batch.</param>
    /// <param name="seed">What the orders depend on.</param>
    /// <exception cref="ArgumentException">A number is below 1.</exception>
    public ShuffledBatches(int count, int batchSize, ulong seed)
        : this([.. Enumerable.Range(0, Math.Max(0, count))], batchSize, seed)
    {
    }

    /// <summary>Of the given items, such as a <see cref="Fold"/>'s training part.</summary>
    /// <param name="items">The items' numbers; 1 or more.</param>
    /// <param name="batchSize">Items in a batch; 1 or more. What is left over at the end of an epoch is a smaller batch.</param>
    /// <param name="seed">What the orders depend on.</param>
    /// <exception cref="ArgumentException">There are no items, or the batch size is below 1.</exception>
    public ShuffledBatches(IReadOnlyList<int> items, int batchSize, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count < 1 || batchSize < 1)
            throw new ArgumentException($"ShuffledBatches expects 1 item or more and a batch size of 1 or more, but got {items.Count} items and batch size {batchSize}.");
        _items = [.. items];
        _order = [.. items];
        _seed = seed;
        BatchSize = batchSize;
        BeginEpoch(0);
    }

    /// <summary>Items in a batch, but for the last.</summary>
    public int BatchSize { get; }

    /// <summary>Batches in an epoch.</summary>
    public int Count => (_items.Length + BatchSize - 1) / BatchSize;

    /// <summary>The items of a batch; good until the next epoch begins.</summary>
    /// <param name="batch">Which, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public ReadOnlySpan<int> this[int batch] => (uint)batch < (uint)Count
        ? _order.AsSpan(batch * BatchSize, Math.Min(BatchSize, _order.Length - batch * BatchSize))
        : throw new ArgumentOutOfRangeException(nameof(batch), $"There are batches 0 to {Count - 1}, but {batch} was asked for.");

    /// <summary>Puts the items into the order of an epoch.</summary>
    /// <param name="epoch">Which, from 0.</param>
    public void BeginEpoch(int epoch)
    {
        _items.CopyTo(_order, 0);
        Shuffle.Apply(_order, _seed, (ulong)epoch);
    }
}
