namespace Unfold.Data.Images;

/// <summary>The order in which an epoch reads the images: a function of the seed and the epoch.</summary>
internal sealed class ImageOrder(int count, ulong seed)
{
    private readonly int[] _order = new int[count];
    private long _epoch = -1;

    /// <summary>The numbers of the images in an epoch's order; good until another epoch is asked for.</summary>
    internal ReadOnlySpan<int> Of(long epoch)
    {
        if (epoch != _epoch)
        {
            for (int i = 0; i < count; i++)
                _order[i] = i;
            Shuffle.Apply(_order, seed, (ulong)epoch);
            _epoch = epoch;
        }

        return _order;
    }
}
