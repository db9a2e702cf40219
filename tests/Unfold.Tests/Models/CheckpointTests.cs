using Unfold.Models;
using Unfold.Training;

namespace Unfold.Tests.Models;

/// <summary>A run that is interrupted anywhere and resumed ends bit for bit where the uninterrupted one ends.</summary>
public sealed class CheckpointTests : IDisposable
{
    private static readonly string Text = TinyText.Sentences(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-checkpoint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(3, OptimizerKind.Adam)]
    [InlineData(3, OptimizerKind.Nesterov)]
    [InlineData(18, OptimizerKind.Adam)]
    [InlineData(19, OptimizerKind.Adam)]
    [InlineData(54, OptimizerKind.Adam)]
    [InlineData(50, OptimizerKind.Momentum)]
    [InlineData(33, OptimizerKind.Sgd)]
    public void A_resumed_run_ends_where_the_uninterrupted_one_does(int interruptedAt, OptimizerKind optimizer)
    {
        LanguageModelOptions options = TinyText.Options with { Epochs = 3, Layers = 2, Dropout = 0.3f, Optimizer = optimizer, Patience = 2, WarmupSteps = 5 };
        LanguageModel whole = LanguageModel.Train(Text, options);
        Assert.Equal(3, whole.Report.Epochs.Count);

        string checkpoint = Path.Combine(_folder, "checkpoint");
        using CancellationTokenSource source = new();
        Steps watch = new(step =>
        {
            if (step == interruptedAt)
                source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => LanguageModel.Train(Text, options with { CheckpointPath = checkpoint }, watch, source.Token));
        Assert.Equal(interruptedAt, watch.Last);

        LanguageModel resumed = LanguageModel.Train(Text, LanguageModel.ReadCheckpointOptions(checkpoint));
        Assert.Equal(Bytes(whole), Bytes(resumed));
        Assert.Equal(whole.Report.Epochs.Select(epoch => epoch with { Seconds = null }), resumed.Report.Epochs.Select(epoch => epoch with { Seconds = null }));
    }

    [Fact]
    public void A_run_may_be_interrupted_many_times()
    {
        LanguageModelOptions options = TinyText.Options with { Epochs = 2 };
        LanguageModel whole = LanguageModel.Train(Text, options);
        string checkpoint = Path.Combine(_folder, "checkpoint");
        LanguageModel? resumed = null;
        int interruptions = 0;
        for (long stop = 7; resumed is null; stop += 7)
        {
            using CancellationTokenSource source = new();
            Steps watch = new(step =>
            {
                if (step == stop)
                    source.Cancel();
            });
            try
            {
                LanguageModelOptions now = File.Exists(checkpoint) ? LanguageModel.ReadCheckpointOptions(checkpoint) : options with { CheckpointPath = checkpoint };
                resumed = LanguageModel.Train(Text, now, watch, source.Token);
            }
            catch (OperationCanceledException)
            {
                interruptions++;
            }
        }

        Assert.True(interruptions > 3);
        Assert.Equal(Bytes(whole), Bytes(resumed));
    }

    [Fact]
    public void Checkpoints_are_written_after_each_epoch_and_at_intervals()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        int perEpoch = Count(TimeSpan.FromHours(1));
        int always = Count(TimeSpan.Zero);
        Assert.Equal(2, perEpoch);
        Assert.Equal(2 * 18 + 2, always);
        Assert.Equal([checkpoint], Directory.GetFiles(_folder));

        int Count(TimeSpan interval)
        {
            Steps watch = new(_ => { });
            LanguageModel.Train(Text, TinyText.Options with { Epochs = 2, CheckpointPath = checkpoint, CheckpointInterval = interval }, watch);
            return watch.Saved;
        }
    }

    [Fact]
    public void A_finished_run_resumes_to_its_end_and_can_be_lengthened()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        LanguageModelOptions options = TinyText.Options with { Epochs = 2, CheckpointPath = checkpoint, Decay = LearningRateDecay.Constant };
        LanguageModel first = LanguageModel.Train(Text, options);
        Assert.Equal(Bytes(first), Bytes(LanguageModel.Train(Text, LanguageModel.ReadCheckpointOptions(checkpoint))));
        LanguageModel longer = LanguageModel.Train(Text, LanguageModel.ReadCheckpointOptions(checkpoint) with { Epochs = 3 });
        Assert.Equal(Bytes(LanguageModel.Train(Text, options with { Epochs = 3 })), Bytes(longer));
    }

    [Fact]
    public void A_checkpoint_is_a_model_as_far_as_it_has_come()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        LanguageModel trained = LanguageModel.Train(Text, TinyText.Options with { CheckpointPath = checkpoint });
        Assert.Equal(trained.Score("the cat").Whole, LanguageModel.Load(checkpoint).Score("the cat").Whole);
    }

    [Fact]
    public void What_does_not_belong_together_is_refused()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        LanguageModel model = LanguageModel.Train(Text, TinyText.Options with { Epochs = 1, CheckpointPath = checkpoint });
        LanguageModelOptions options = LanguageModel.ReadCheckpointOptions(checkpoint);
        Assert.Contains("another text", Assert.Throws<ModelFileException>(() => LanguageModel.Train(TinyText.Sentences(61), options)).Message);
        Assert.Equal("Hidden cannot change when a run is resumed: the checkpoint has 24, but 25 was asked for.",
            Assert.Throws<OptionException>(() => LanguageModel.Train(Text, options with { Hidden = 25 })).Message);
        string path = Path.Combine(_folder, "model");
        model.Save(path);
        Assert.Contains("not a checkpoint", Assert.Throws<ModelFileException>(() => LanguageModel.ReadCheckpointOptions(path)).Message);
        Assert.Contains("not a checkpoint", Assert.Throws<ModelFileException>(() => LanguageModel.Train(Text, options with { ResumePath = path })).Message);
    }

    [Fact]
    public void Patience_ends_a_run_and_restores_the_best_weights()
    {
        // Far too little text for so many epochs: the model learns it by heart and gets worse on what is held out.
        string text = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * 7919 % 1000} {i * 104729 % 1000}\n"));
        LanguageModelOptions options = TinyText.Options with { Epochs = 200, Hidden = 48, Validation = 0.3, Decay = LearningRateDecay.Constant, LearningRate = 0.02f };
        LanguageModel stopped = LanguageModel.Train(text, options with { Patience = 3 });
        int best = stopped.Report.Epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch;
        Assert.Equal(best + 3, stopped.Report.Epochs.Count);
        Assert.True(best < 150);
        Assert.Equal(stopped.Report.Epochs[best - 1].ValidationLoss!.Value, stopped.Report.Final["validation_loss"], 6);
        LanguageModel shorter = LanguageModel.Train(text, options with { Epochs = best });
        Assert.Equal(shorter.Score(text).Whole, stopped.Score(text).Whole);
    }

    private byte[] Bytes(LanguageModel model)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private sealed class Steps(Action<long> onStep) : IProgress<TrainingProgress>
    {
        public long Last { get; private set; }

        public int Saved { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (value.Stage == TrainingStage.Training)
            {
                Last = value.Step;
                onStep(value.Step);
            }

            Saved += value.Stage == TrainingStage.CheckpointSaved ? 1 : 0;
        }
    }
}
