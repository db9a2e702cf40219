using Unfold.Kernels.Random;

namespace Unfold.Data;

/// <summary>Orders by chance that are functions of a seed and a number, such as an epoch's.</summary>
internal static class Shuffle
{
    private const uint Place = 0x5348_5546;

    /// <summary>
    /// Puts items into an order by chance (Fisher and Yates 1938; Durstenfeld 1964). An index is a product of 32 random bits, so of n items some orders are
    /// likelier than others by at most n / 2^32.
    /// </summary>
    internal static void Apply(Span<int> items, ulong seed, ulong number)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)(((ulong)CountedRandom.Bits(seed, Place, number, 0, (uint)i) * (ulong)(i + 1)) >> 32);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
