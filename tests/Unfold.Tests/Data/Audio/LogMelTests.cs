using Unfold.Data.Audio;

namespace Unfold.Tests.Data.Audio;

public sealed class LogMelTests
{
    /// <summary>The definition, sum by sum.</summary>
    [Fact]
    public void Features_are_what_they_are_defined_by()
    {
        const int rate = 8000, bands = 12, frame = 200, hop = 80, size = 256;
        Random random = new(1);
        float[] samples = [.. Enumerable.Range(0, 700).Select(i => (float)(Math.Sin(0.3 * i) + (0.2 * random.NextDouble())))];
        float[] found = new LogMel(rate, bands).Compute(samples);
        int frames = 1 + ((700 - frame) / hop);
        Assert.Equal(frames * bands, found.Length);
        double[] edges = [.. Enumerable.Range(0, bands + 2).Select(i => Mel(20) + ((Mel(4000) - Mel(20)) * i / (bands + 1))).Select(mel => 700 * (Math.Pow(10, mel / 2595) - 1))];
        for (int t = 0; t < frames; t++)
        {
            double[] power = new double[(size / 2) + 1];
            for (int f = 0; f < power.Length; f++)
            {
                double re = 0, im = 0;
                for (int i = 0; i < frame; i++)
                {
                    double value = samples[(t * hop) + i] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * i / frame)));
                    re += value * Math.Cos(2 * Math.PI * f * i / size);
                    im += value * Math.Sin(2 * Math.PI * f * i / size);
                }

                power[f] = (re * re) + (im * im);
            }

            for (int b = 0; b < bands; b++)
            {
                double energy = 1e-6;
                for (int f = 0; f < power.Length; f++)
                {
                    double hertz = (double)f * rate / size;
                    double weight = Math.Min((hertz - edges[b]) / (edges[b + 1] - edges[b]), (edges[b + 2] - hertz) / (edges[b + 2] - edges[b + 1]));
                    energy += Math.Max(0, weight) * power[f];
                }

                Assert.Equal(Math.Log(energy), found[(t * bands) + b], 4);
            }
        }
    }

    [Fact]
    public void A_recording_of_any_length_gives_a_step_or_more_and_no_band_is_empty()
    {
        LogMel narrow = new(8000, 128);
        Assert.Equal(128, narrow.Compute([0.5f]).Length);
        float[] noise = [.. Enumerable.Range(0, 400).Select(i => (float)Math.Sin(i * i))];
        Assert.All(narrow.Compute(noise), value => Assert.True(value > Math.Log(1.1e-6), $"{value}"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogMel(10, 4));
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));
}
