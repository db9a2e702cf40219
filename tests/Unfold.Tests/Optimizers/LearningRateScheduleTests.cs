using Unfold.Optimizers;

namespace Unfold.Tests.Optimizers;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Constant_stays() => Assert.Equal(1, LearningRateSchedule.Constant.Factor(At(70, 100, 3)));

    [Fact]
    public void Step_decay_falls_after_each_period()
    {
        LearningRateSchedule schedule = LearningRateSchedule.StepDecay(2, 0.5);
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], new[] { 0, 1.99, 2, 3.5, 4 }.Select(epoch => schedule.Factor(At(0, 0, epoch))));
    }

    [Fact]
    public void Exponential_falls_evenly()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Exponential(0.81);
        Assert.Equal(0.9, schedule.Factor(At(0, 0, 0.5)), 1e-12);
        Assert.Equal(0.81 * 0.81, schedule.Factor(At(0, 0, 2)), 1e-12);
    }

    [Fact]
    public void Cosine_falls_from_one_to_its_end_and_stays_there()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Cosine(0.1);
        Assert.Equal(1, schedule.Factor(At(0, 100)), 1e-12);
        Assert.Equal(0.55, schedule.Factor(At(50, 100)), 1e-12);
        Assert.Equal(0.1 + 0.9 * (1 + Math.Sqrt(0.5)) / 2, schedule.Factor(At(25, 100)), 1e-12);
        Assert.Equal(0.1, schedule.Factor(At(100, 100)), 1e-12);
        Assert.Equal(0.1, schedule.Factor(At(150, 100)), 1e-12);
        Assert.Equal(1, schedule.Factor(At(150, 0)), 1e-12);
    }

    [Fact]
    public void Warm_up_rises_and_then_leaves_the_schedule_alone()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Cosine().WithWarmUp(10);
        Assert.Equal(0.1, schedule.Factor(At(0, 100)), 1e-12);
        Assert.Equal(0.5 * LearningRateSchedule.Cosine().Factor(At(4, 100)), schedule.Factor(At(4, 100)), 1e-12);
        Assert.Equal(LearningRateSchedule.Cosine().Factor(At(9, 100)), schedule.Factor(At(9, 100)), 1e-12);
        Assert.Equal(0.5, schedule.Factor(At(50, 100)), 1e-12);
        Assert.Equal(1, LearningRateSchedule.Constant.WithWarmUp(0).Factor(At(0, 1)));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.StepDecay(0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Exponential(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant.WithWarmUp(-1));
    }

    private static TrainingPosition At(long step, long total, double epoch = 0) => new(step, total, epoch);
}
