using Unfold.Measurement;

namespace Unfold.Tests.Measurement;

public sealed class TimingTests
{
    [Fact]
    public void AtLeastThreeRunsAreTimedAfterOneThatIsNotCounted()
    {
        int runs = 0;
        var time = Timing.Measure(() => runs++, 0);
        Assert.Equal(4, runs);
        Assert.True(time.Least <= time.Median && time.Median <= time.Most);
    }

    [Fact]
    public void WarmingUpRunsAtLeastOnce()
    {
        int runs = 0;
        Timing.WarmUp(() => runs++, 0);
        Assert.Equal(1, runs);
    }

    [Fact]
    public void RoundsAreTheMedianOfMediansAndTheExtremesOfAll()
    {
        Assert.Equal(new Timing(3, 1, 9), Timing.Of([new Timing(3, 2, 9), new Timing(5, 1, 6), new Timing(2, 2, 2)]));
        Assert.Throws<ArgumentException>(() => Timing.Of([]));
    }
}
