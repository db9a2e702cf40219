using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Data;
using Unfold.Kernels.Threading;
using Unfold.Models;
using Unfold.Tests.Training;
using Unfold.Training;

namespace Unfold.Tests.Models;

[Collection(nameof(Team))] // runs alone: nobody else has the team while allocations are counted
public sealed class TrainingLoopTests
{
    [Theory]
    [InlineData("lstm", TokenKind.Character)]
    [InlineData("gru", TokenKind.Word)]
    public void A_step_allocates_nothing_once_every_length_has_been_seen(string cell, TokenKind tokens)
    {
        StepAllocations watch = new();
        LanguageModelOptions options = TinyText.Options with
        {
            Cell = Cell.Named(cell),
            Tokens = tokens,
            Layers = 2,
            Dropout = 0.2f,
            Epochs = 3,
            Unroll = 7,
            ClipValue = 1,
            WarmupSteps = 3,
            Profile = tokens == TokenKind.Word ? new StepProfile() : null,
        };
        LanguageModel.Train(TinyText.Sentences(300), options, watch);
        watch.AssertNone();
    }

    [Fact]
    public void Progress_is_told_at_every_step_and_agrees_with_the_report()
    {
        List<TrainingProgress> seen = [];
        LanguageModel model = LanguageModel.Train(TinyText.Sentences(100), TinyText.Options with { Epochs = 2 }, new Collector(seen));
        TrainingProgress[] steps = [.. seen.Where(at => at.Stage == TrainingStage.Training)];
        Assert.Equal(Enumerable.Range(1, (int)steps[0].Steps).Select(step => (long)step), steps.Select(at => at.Step));
        Assert.Equal(steps[^1].ItemsTotal, steps[^1].ItemsDone);
        Assert.All(steps, at => Assert.True(at.GradientNorm > 0 && at.LearningRate > 0 && at.ItemsPerSecond > 0 && at.TimeLeft >= TimeSpan.Zero));
        Assert.True(steps.Zip(steps.Skip(1)).All(pair => pair.First.LearningRate > pair.Second.LearningRate));
        Assert.All(seen.Where(at => at.Stage == TrainingStage.Validating), at => Assert.InRange(at.ItemsDone, 1, at.ItemsTotal));
        TrainingProgress[] ends = [.. seen.Where(at => at.Stage == TrainingStage.EpochEnded)];
        Assert.Equal(model.Report.Epochs.Select(epoch => (epoch.Epoch, epoch.TrainLoss, epoch.ValidationLoss)), ends.Select(at => (at.Epoch, at.Loss, at.ValidationLoss)));
        Assert.Equal(TrainingStage.Finished, seen[^1].Stage);
        Assert.Equal(model.Report.Epochs.Min(epoch => epoch.ValidationLoss), seen[^1].Best);
    }

    [Fact]
    public void A_profile_names_every_kind_of_operation_and_changes_no_result()
    {
        LanguageModelOptions options = TinyText.Options with { Layers = 2, Dropout = 0.2f, Epochs = 2 };
        StepProfile profile = new();
        LanguageModel watched = LanguageModel.Train(TinyText.Sentences(100), options with { Profile = profile });
        LanguageModel plain = LanguageModel.Train(TinyText.Sentences(100), options);
        Assert.Equal(plain.Network.Parameters.Values, watched.Network.Parameters.Values);
        Assert.Equal(
            ["other", "embedding", "recurrent", "dropout", "linear", "cross entropy", "clearing", "clipping", "optimizer"], profile.Kinds.Select(kind => kind.Kind));
        Assert.All(profile.Kinds, kind => Assert.True(kind.Seconds > 0, kind.Kind));
        Assert.True(profile.Steps > 2 && profile.Kinds.Sum(kind => kind.Seconds) <= watched.Report.Seconds);
        profile.Clear();
        Assert.Empty(profile.Kinds);
        Assert.Equal(0, profile.Steps);
    }

    [Fact]
    public void Nothing_need_be_held_out()
    {
        LanguageModel model = LanguageModel.Train(TinyText.Sentences(100), TinyText.Options with { Epochs = 1, Validation = 0 });
        Assert.Null(model.Report.Epochs[0].ValidationLoss);
        Assert.Equal(["train_loss"], model.Report.Final.Keys);
        Assert.Equal("Patience", Assert.Throws<OptionException>(() => LanguageModel.Train(TinyText.Sentences(100), TinyText.Options with { Validation = 0, Patience = 1 })).Option);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, LearningRateDecay.Step, 1)]
    [InlineData(OptimizerKind.Momentum, LearningRateDecay.Linear, 0.1)]
    [InlineData(OptimizerKind.Nesterov, LearningRateDecay.Constant, 0.1)]
    public void Every_optimizer_and_schedule_learns(OptimizerKind optimizer, LearningRateDecay decay, float learningRate)
    {
        TrainingReport report = LanguageModel.Train(TinyText.Sentences(150), TinyText.Options with
        {
            Optimizer = optimizer,
            Decay = decay,
            LearningRate = learningRate,
            DecayFactor = 0.8f,
            Epochs = 6,
        }).Report;
        Assert.True(report.Final["validation_loss"] < 0.9 * report.Final["unigram_loss"], report.ToJson());
    }

    private sealed class Collector(List<TrainingProgress> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen.Add(value);
    }
}
