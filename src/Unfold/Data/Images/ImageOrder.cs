using Unfold.Kernels.Random;

namespace Unfold.Data.Images;

/// <summary>The order in which an epoch reads the images: a function of the seed and the epoch.</summary>
internal sealed class ImageOrder(int count, ulong seed)
{
    private const uint Place = 0x4F524452;

    private readonly ulong[] _keys = new ulong[count];
    private readonly int[] _order = new int[count];
    private long _epoch = -1;

    /// <summary>The numbers of the images in an epoch's order; good until another epoch is asked for.</summary>
    internal ReadOnlySpan<int> Of(long epoch)
    {
        if (epoch != _epoch)
        {
            // The number in the lower half keeps keys apart, so that the order is defined.
            for (int i = 0; i < count; i++)
                _keys[i] = ((ulong)CountedRandom.Bits(seed, Place, (ulong)epoch, 0, (uint)i) << 32) | (uint)i;
            Array.Sort(_keys);
            for (int i = 0; i < count; i++)
                _order[i] = (int)(uint)_keys[i];
            _epoch = epoch;
        }

        return _order;
    }
}
