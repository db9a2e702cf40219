using Unfold.Training;

namespace Unfold.Tests.Training;

public sealed class EarlyStoppingTests
{
    [Fact]
    public void Stops_after_as_many_evaluations_without_improvement_as_patience()
    {
        EarlyStopping stopping = new(2);
        Assert.True(stopping.Observe(3));
        Assert.False(stopping.Observe(3));
        Assert.True(stopping.Observe(2));
        Assert.False(stopping.Observe(double.NaN));
        Assert.False(stopping.ShouldStop);
        Assert.False(stopping.Observe(2.5));
        Assert.True(stopping.ShouldStop);
        Assert.Equal(2, stopping.Best);
    }

    [Fact]
    public void An_improvement_that_is_too_small_does_not_count()
    {
        EarlyStopping stopping = new(1, leastImprovement: 0.1);
        Assert.True(stopping.Observe(3));
        Assert.False(stopping.Observe(2.95));
        Assert.True(stopping.ShouldStop);
        Assert.Equal(3, stopping.Best);
    }

    [Fact]
    public void Goes_on_from_a_checkpoint()
    {
        EarlyStopping stopping = new(3);
        stopping.Restore(1.5, 2);
        Assert.False(stopping.Observe(1.6));
        Assert.True(stopping.ShouldStop);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(1, double.NaN));
    }
}
