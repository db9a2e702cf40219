using Unfold.Data.Augmentation;

namespace Unfold.Tests.Data.Augmentation;

public sealed class SeriesAugmentationTests
{
    private const int Steps = 50;

    // Two channels: the step's number, and minus twice that.
    private static readonly float[] Ramp = [.. Enumerable.Range(0, Steps).SelectMany(t => new float[] { t, -2 * t })];

    [Fact]
    public void JitterIsNormal()
    {
        float[] changed = new SeriesAugmentation(new Jitter(3)).Apply(new float[20000], 10000, 1, 0, 0);
        Assert.InRange(changed.Average(), -0.08, 0.08);
        Assert.InRange(Math.Sqrt(changed.Select(value => (double)value * value).Average()), 2.94, 3.06);
    }

    [Fact]
    public void ScalingMultipliesEachChannelByOneNumber()
    {
        float[] changed = Apply(new MagnitudeScaling(0.2f));
        float first = changed[2] / Ramp[2], second = changed[3] / Ramp[3];
        Assert.NotEqual(first, second, 3);
        for (int i = 2; i < Ramp.Length; i++)
            Assert.Equal(i % 2 == 0 ? first : second, changed[i] / Ramp[i], 4);
    }

    [Fact]
    public void ATimeWarpKeepsTheEndsAndTheOrder()
    {
        float[] changed = Apply(new TimeWarp(0.5f));
        Assert.Equal(0, changed[0], 4);
        Assert.Equal(Steps - 1, changed[^2], 3);
        float[] speeds = [.. Enumerable.Range(1, Steps - 1).Select(t => changed[2 * t] - changed[2 * t - 2])];
        Assert.All(speeds, speed => Assert.InRange(speed, 0.3f, 3.1f));
        Assert.True(speeds.Max() - speeds.Min() > 0.05f);
        for (int t = 0; t < Steps; t++)
            Assert.Equal(-2 * changed[2 * t], changed[2 * t + 1], 3);
    }

    [Fact]
    public void AWindowIsAPartOfTheSeriesStretched()
    {
        for (int index = 0; index < 100; index++)
        {
            float[] changed = Apply(index, new WindowCrop(0.5f));
            float start = changed[0], end = changed[^2];
            Assert.Equal((Steps - 1) * 0.5, end - start, 3);
            Assert.InRange(start, 0, (Steps - 1) * 0.5 + 1e-3);
            Assert.Equal((start + end) / 2, (changed[2 * 24] + changed[2 * 25]) / 2, 3);
        }
    }

    [Fact]
    public void ATimeMaskClearsOneStretch()
    {
        HashSet<int> lengths = [];
        for (int index = 0; index < 300; index++)
        {
            float[] ones = new SeriesAugmentation(new TimeMask(7)).Apply([.. Enumerable.Repeat(1f, 2 * Steps)], Steps, 1, 0, index);
            int[] cleared = [.. Enumerable.Range(0, Steps).Where(t => ones[2 * t] == 0)];
            Assert.Equal(cleared, Enumerable.Range(0, Steps).Where(t => ones[2 * t + 1] == 0));
            Assert.True(cleared.Length == 0 || cleared[^1] - cleared[0] == cleared.Length - 1);
            lengths.Add(cleared.Length);
        }

        Assert.Equal(Enumerable.Range(0, 8), lengths.Order());
    }

    [Fact]
    public void AChannelShiftMovesEveryStepAlikeAndRepeatsTheOutermost()
    {
        HashSet<int> distances = [];
        for (int index = 0; index < 100; index++)
        {
            float[] changed = new SeriesAugmentation(new ChannelShift(2)).Apply([0, 1, 2, 3, 4, 10, 11, 12, 13, 14], 2, 1, 0, index);
            int distance = 2 - (int)changed[2];
            Assert.Equal([.. Enumerable.Range(0, 5).Select(c => (float)Math.Clamp(c - distance, 0, 4))], changed[..5]);
            Assert.Equal([.. changed[..5].Select(value => value + 10)], changed[5..]);
            distances.Add(distance);
        }

        Assert.Equal(Enumerable.Range(-2, 5), distances.Order());
    }

    [Fact]
    public void AChannelMaskClearsNeighboursAtAllSteps()
    {
        HashSet<int> counts = [];
        for (int index = 0; index < 200; index++)
        {
            float[] changed = new SeriesAugmentation(new ChannelMask(3)).Apply([.. Enumerable.Repeat(1f, 18)], 3, 1, 0, index);
            int[] cleared = [.. Enumerable.Range(0, 6).Where(c => changed[c] == 0)];
            Assert.True(cleared.Length == 0 || cleared[^1] - cleared[0] == cleared.Length - 1);
            Assert.Equal(changed[..6], changed[6..12]);
            Assert.Equal(changed[..6], changed[12..]);
            counts.Add(cleared.Length);
        }

        Assert.Equal([0, 1, 2, 3], counts.Order());
    }

    [Fact]
    public void AmountsOfNothingChangeNothing() => Assert.Equal(Ramp, Apply(new Jitter(0), new MagnitudeScaling(0), new WindowCrop(1)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ShortSeriesStayWhole(int steps)
    {
        float[] series = [.. Enumerable.Range(0, steps).Select(t => (float)t)];
        float[] changed = new SeriesAugmentation(new TimeWarp(0.5f), new WindowCrop(1)).Apply(series, steps, 1, 0, 0);
        Assert.Equal(series, changed);
    }

    [Fact]
    public void ALengthThatDoesNotFitIsRefused() => Assert.Throws<ArgumentException>(() => new SeriesAugmentation().Apply(new float[5], 2, 1, 0, 0));

    private static float[] Apply(params ReadOnlySpan<SeriesTransform> transforms) => Apply(0, transforms);

    private static float[] Apply(int index, params ReadOnlySpan<SeriesTransform> transforms) => new SeriesAugmentation(transforms).Apply(Ramp, Steps, 4, 1, index);
}
