using System.Text.Json;
using Unfold.Optimizers;
using Unfold.Testing;

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
    public void Follows_PyTorchs_schedulers()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Optimizers", "golden", "schedules.json")));
        double[] Numbers(string name) => [.. golden.RootElement.GetProperty(name).EnumerateArray().Select(x => x.GetDouble())];
        AssertNear(Numbers("step_by_epoch"), epoch => LearningRateSchedule.StepDecay(3, 0.3).Factor(At(0, 0, epoch)));
        AssertNear(Numbers("exponential_by_epoch"), epoch => LearningRateSchedule.Exponential(0.9).Factor(At(0, 0, epoch)));
        AssertNear(Numbers("cosine"), step => LearningRateSchedule.Cosine(0.1).Factor(At(step, 40)));
        AssertNear(Numbers("linear"), step => LearningRateSchedule.Linear(0.2).Factor(At(step, 40)));
        AssertNear(Numbers("warm_up"), step => LearningRateSchedule.Constant.WithWarmUp(8).Factor(At(step, 40)));
        AssertNear(Numbers("one_cycle"), step => LearningRateSchedule.OneCycle().Factor(At(step, 40)));
        AssertNear(Numbers("one_cycle_momentum"), step => LearningRateSchedule.OneCycle().Momentum(At(step, 40))!.Value);
        LearningRateSchedule early = LearningRateSchedule.OneCycle(0.21, 0.1, 0.001);
        AssertNear(Numbers("one_cycle_early"), step => early.Factor(At(step, 40)));
        AssertNear(Numbers("one_cycle_early_momentum"), step => early.Momentum(At(step, 40))!.Value);

        double[] losses = Numbers("plateau_losses");
        AssertNear(Numbers("plateau_by_epoch"), epoch => AfterLosses(LearningRateSchedule.Plateau(0.5, 1), epoch));
        AssertNear(Numbers("plateau_options_by_epoch"), epoch => AfterLosses(LearningRateSchedule.Plateau(0.3, 0, 0.02, 0.01, 2), epoch));

        double AfterLosses(LearningRateSchedule schedule, int epoch)
        {
            foreach (double loss in losses.Take(epoch))
                schedule.Observe(loss);
            return schedule.Factor(default);
        }
    }

    [Fact]
    public void One_cycle_ends_well_in_runs_of_any_length()
    {
        LearningRateSchedule schedule = LearningRateSchedule.OneCycle();
        Assert.Equal([1e-6 / 0.25, 1], new[] { At(1, 2), At(0, 0) }.Select(position => Math.Round(schedule.Factor(position), 12)));
        for (int total = 1; total < 12; total++)
        {
            for (int step = 0; step < total; step++)
                Assert.InRange(schedule.Factor(At(step, total)), 1 / 25.0 / 1e4 - 1e-15, 1);
            Assert.Equal(total == 1 ? 1 / 25.0 / 1e4 : schedule.Factor(At(total - 1, total)), schedule.Factor(At(total + 5, total)), 1e-15);
        }
    }

    [Fact]
    public void A_warm_up_hands_on_what_its_schedule_needs()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Plateau(0.5, 0).WithWarmUp(4);
        schedule.Observe(1);
        schedule.Observe(double.NaN);
        Assert.Equal([0.125, 0.5], new[] { At(0, 9), At(8, 9) }.Select(schedule.Factor));
        Assert.Null(schedule.Momentum(At(0, 9)));
        Assert.Equal(0.95, LearningRateSchedule.OneCycle().WithWarmUp(4).Momentum(At(0, 100))!.Value, 1e-12);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.StepDecay(0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Exponential(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Cosine(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant.WithWarmUp(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Linear(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.OneCycle(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Plateau(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Plateau(patience: -1));
    }

    private static void AssertNear(double[] expected, Func<int, double> factor)
    {
        Assert.NotEmpty(expected);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], factor(i), 1e-9);
    }

    private static TrainingPosition At(long step, long total, double epoch = 0) => new(step, total, epoch);
}
