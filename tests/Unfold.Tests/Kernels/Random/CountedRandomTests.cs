using Unfold.Kernels.Random;
using Unfold.Kernels.Simd;

namespace Unfold.Tests.Kernels.Random;

public sealed unsafe class CountedRandomTests
{
    /// <summary>The known answers that come with Random123, the authors' own library.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(
        0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_numbers(
        uint c0, uint c1, uint c2, uint c3, uint key0, uint key1, uint r0, uint r1, uint r2, uint r3)
    {
        Philox.Scramble(ref c0, ref c1, ref c2, ref c3, key0, key1);
        Assert.Equal([r0, r1, r2, r3], (uint[])[c0, c1, c2, c3]);
    }

    [Fact]
    public void Filling_equals_one_number_at_a_time()
    {
        foreach (int n in (int[])[0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 300])
        {
            float[] y = new float[n + 8];
            Array.Fill(y, -1f);
            fixed (float* p = y)
            {
                CountedRandom.FillUniform(5, 6, 7, 8, p, n);
                for (int i = 0; i < n; i++) Assert.Equal(CountedRandom.Uniform(5, 6, 7, 8, (uint)i), y[i]);
                Assert.All(y[n..], x => Assert.Equal(-1, x));
                CountedRandom.FillBernoulli(5, 6, 7, 8, 0.3f, 2.5f, p, n);
                for (int i = 0; i < n; i++) Assert.Equal(CountedRandom.Uniform(5, 6, 7, 8, (uint)i) < 0.3f ? 2.5f : 0, y[i]);
                Assert.All(y[n..], x => Assert.Equal(-1, x));
            }
        }
    }

    [Fact]
    public void Every_width_gives_the_same_numbers()
    {
        float[] expected = Run<Simd128>();
        if (Simd256.IsSupported) Assert.Equal(expected, Run<Simd256>());
        if (Simd512.IsSupported) Assert.Equal(expected, Run<Simd512>());

        static float[] Run<T>()
            where T : struct, ISimd<T>
        {
            float[] y = new float[201];
            fixed (float* p = y) RandomFill.Run<T, UniformOutput>(default, 1, 2, 3, 4, p, y.Length);
            return y;
        }
    }

    [Fact]
    public void Every_coordinate_matters()
    {
        const ulong high = 1UL << 32;
        uint[] bits =
        [
            CountedRandom.Bits(1, 2, 3, 4, 5), CountedRandom.Bits(2, 2, 3, 4, 5), CountedRandom.Bits(1, 3, 3, 4, 5),
            CountedRandom.Bits(1, 2, 4, 4, 5), CountedRandom.Bits(1, 2, 3, 5, 5), CountedRandom.Bits(1, 2, 3, 4, 6),
            CountedRandom.Bits(1 + high, 2, 3, 4, 5), CountedRandom.Bits(1, 2, 3 + high, 4, 5), CountedRandom.Bits(1, 2, 3, 4 + high, 5),
            CountedRandom.Bits(1, 2, 3, 4, 5 + 64), CountedRandom.Bits(1, 2, 3, 4, 5 + 16),
        ];
        Assert.Equal(bits.Length, bits.Distinct().Count());
        Assert.Equal(bits[0], CountedRandom.Bits(1, 2, 3, 4, 5));
    }

    [Fact]
    public void Uniform_numbers_fill_the_unit_interval_evenly()
    {
        int[] counts = new int[20];
        float[] y = new float[1000];
        fixed (float* p = y)
        {
            for (ulong sequence = 0; sequence < 10; sequence++)
            {
                for (ulong step = 0; step < 20; step++)
                {
                    CountedRandom.FillUniform(9, 0, sequence, step, p, y.Length);
                    foreach (float x in y) counts[(int)(x * 20)]++;
                }
            }
        }

        // 200,000 numbers: 10,000 a bin with a deviation of 97.
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.2f)]
    [InlineData(0.9f)]
    [InlineData(1f)]
    public void Bernoulli_keeps_with_the_probability(float keep)
    {
        float[] y = new float[100_000];
        fixed (float* p = y) CountedRandom.FillBernoulli(1, 2, 3, 4, keep, 2, p, y.Length);
        Assert.All(y, x => Assert.True(x is 0 or 2));
        Assert.Equal(keep, y.Average() / 2, 0.006);
        if (keep is 0 or 1) Assert.All(y, x => Assert.Equal(2 * keep, x));
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_distribution()
    {
        double[] x = [.. Enumerable.Range(0, 200_000).Select(i => CountedRandom.Normal(3, 1, (ulong)i % 7, 2, (uint)i))];
        Assert.Equal(0, x.Average(), 0.01);
        Assert.Equal(1, x.Average(v => v * v), 0.015);
        Assert.Equal(0, x.Average(v => v * v * v), 0.04);
        Assert.Equal(3, x.Average(v => v * v * v * v), 0.12);
        Assert.Equal(0.6827, x.Count(v => Math.Abs(v) < 1) / 200_000.0, 0.005);
    }

    [Fact]
    public void Neighbouring_places_sequences_steps_and_units_are_not_correlated()
    {
        const int n = 60_000;
        Correlation(i => CountedRandom.Uniform(1, 0, 0, 0, i), i => CountedRandom.Uniform(1, 0, 0, 0, i + 1));
        Correlation(i => CountedRandom.Uniform(1, 0, 0, 0, i), i => CountedRandom.Uniform(1, 1, 0, 0, i));
        Correlation(i => CountedRandom.Uniform(1, 0, 0, 0, i), i => CountedRandom.Uniform(1, 0, 1, 0, i));
        Correlation(i => CountedRandom.Uniform(1, 0, 0, i, 0), i => CountedRandom.Uniform(1, 0, 0, i + 1, 0));
        Correlation(i => CountedRandom.Uniform(i, 0, 0, 0, 0), i => CountedRandom.Uniform(i + 1, 0, 0, 0, 0));

        static void Correlation(Func<uint, double> a, Func<uint, double> b)
        {
            double sum = 0;
            for (uint i = 0; i < n; i++) sum += (a(i) - 0.5) * (b(i) - 0.5) * 12;
            Assert.InRange(sum / n, -0.02, 0.02);
        }
    }
}
