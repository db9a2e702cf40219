using System.Text.Json;
using Unfold.Training;

namespace Unfold.Tests.Training;

public sealed class SeedStudyTests
{
    [Fact]
    public void The_best_run_is_kept_and_all_are_reported()
    {
        List<ulong> ended = [];
        SeedStudy<LineTask> study = SeedStudy<LineTask>.Run(
            5,
            4,
            seed =>
            {
                LineTask task = new(seed);
                return (task, new Trainer(task, new TrainerOptions { Epochs = 3, Seed = seed }).Run());
            },
            ended: report => ended.Add(report.Seed));
        Assert.Equal([5, 6, 7, 8], ended);
        Assert.Equal([5, 6, 7, 8], study.Report.Runs.Select(run => run.Seed));
        double[] losses = [.. study.Report.Runs.Select(run => run.Final["validation_loss"])];
        Assert.Equal(4, losses.Distinct().Count());
        Assert.Equal(losses.Min(), study.Report.Final["validation_loss"]);
        Assert.Equal(losses.Min(), study.Best.Validate(_ => { }, default)[0].Value);
        Assert.Equal(losses.Average(), study.Report.Summary.Single(metric => metric.Name == "validation_loss").Mean, 1e-12);

        using JsonDocument json = JsonDocument.Parse(study.Report.ToJson());
        Assert.Equal(losses, json.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("final").GetProperty("validation_loss").GetDouble()));
        Assert.Equal(losses.Average(), json.RootElement.GetProperty("summary").GetProperty("validation_loss").GetProperty("mean").GetDouble(), 1e-12);
        Assert.Equal(study.Report.ToJson(), TrainingReportJson.Read(json.RootElement).ToJson());
        Assert.DoesNotContain("runs", study.Report.WithoutCircumstances().ToJson());
    }

    [Theory]
    [InlineData("accuracy", true, new[] { 0.2, 0.9, 0.9, 0.1 }, 1)]
    [InlineData("accuracy", false, new[] { 0.2, 0.9, 0.1, 0.1 }, 2)]
    [InlineData("accuracy", true, new[] { double.NaN, 0.1, 0.2, double.NaN }, 2)]
    [InlineData("nothing", true, new[] { 0.2, 0.9, 0.1, 0.1 }, 3)]
    public void The_watched_metric_decides_else_the_training_loss(string watched, bool maximize, double[] values, int best)
    {
        SeedStudy<int> study = SeedStudy<int>.Run(
            0, values.Length, seed => ((int)seed, ReportOf(seed, values[seed])), watched, maximize);
        Assert.Equal(best, study.Best);

        static TrainingReport ReportOf(ulong seed, double value) =>
            new() { Task = "test", Seed = seed, Final = new Dictionary<string, double> { ["train_loss"] = 10 - seed, ["accuracy"] = value } };
    }

    [Fact]
    public void There_must_be_seeds()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SeedStudy<int>.Run(1, 0, _ => default));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeedStudy<int>.Run(ulong.MaxValue, 2, _ => default));
    }
}
