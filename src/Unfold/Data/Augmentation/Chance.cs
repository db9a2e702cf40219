using Unfold.Kernels.Random;

namespace Unfold.Data.Augmentation;

/// <summary>The random numbers of one transform for one item in one epoch: a pure function of these and the seed, so that neither threads nor resuming change any.</summary>
internal readonly struct Chance(ulong seed, uint transform, long item, long epoch)
{
    // Each transform has two places: one for single numbers and one for many at once.
    private const uint FirstPlace = 0x41554700;

    private readonly uint _place = FirstPlace + 2 * transform;

    /// <summary>A number from <paramref name="low"/> to below <paramref name="high"/>.</summary>
    internal float Between(uint unit, float low, float high) => low + (high - low) * CountedRandom.Uniform(seed, _place, (ulong)item, (ulong)epoch, unit);

    /// <summary>A whole number from 0 to below <paramref name="count"/>.</summary>
    internal int Below(uint unit, int count) => (int)Math.Min(count - 1, (long)(count * (double)CountedRandom.Uniform(seed, _place, (ulong)item, (ulong)epoch, unit)));

    /// <summary>Fills an array with numbers of the normal distribution of mean 0 and deviation 1.</summary>
    /// <param name="values">What is filled.</param>
    /// <param name="scratch">Memory of at least the same length.</param>
    internal unsafe void FillNormal(Span<float> values, Span<float> scratch)
    {
        fixed (float* v = values, s = scratch)
        {
            CountedRandom.FillUniform(seed, _place + 1, (ulong)item, (ulong)epoch, s, values.Length);
            CountedRandom.FillUniform(seed, _place + 1, (ulong)item, (ulong)epoch | 1UL << 40, v, values.Length);
            NormalFill.BoxMuller(s, v, values.Length);
        }
    }
}
