using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Kernels.Threading;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Tests.Training;

[Collection(nameof(Team))] // runs alone: a thread that is kept waiting by other tests allocates what waiting takes
public sealed class TrainerTests : IDisposable
{
    private static readonly TrainerOptions Options = new() { Epochs = 8, LearningRate = 0.05f, Seed = 3 };

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-trainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_task_of_ones_own_learns_and_is_reported()
    {
        LineTask task = new();
        List<TrainingProgress> seen = [];
        TrainingReport report = new Trainer(task, Options with { Epochs = 60 }, new Collector(seen)).Run();
        Assert.Equal(("line", 60, 3UL, task.Parameters.Count), (report.Task, report.Epochs.Count, report.Seed, report.Parameters));
        Assert.True(report.Final["validation_loss"] < 0.1 * report.Epochs[0].ValidationLoss, report.ToJson());
        Assert.Equal(-report.Final["validation_loss"], report.Final["closeness"]);
        Assert.Equal(report.Epochs[^1].Metrics, [new Metric("closeness", report.Final["closeness"])]);
        Assert.Equal(Enumerable.Range(0, 60), task.Begun);
        Assert.All(seen, at => Assert.Equal("points", at.Items));
        TrainingProgress[] steps = [.. seen.Where(at => at.Stage == TrainingStage.Training)];
        Assert.Equal((60 * 5, 60L * 5 * 4, 60L * 5 * 4), (steps.Length, steps[^1].ItemsDone, steps[^1].ItemsTotal));
        Assert.Equal(["loss", "closeness"], seen[^1].Validation.Select(metric => metric.Name));
        Assert.Equal(TrainingStage.Finished, seen[^1].Stage);
        Assert.Equal(1, seen.Count(at => at.Stage == TrainingStage.Finished));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(18)]
    public void A_resumed_run_ends_where_the_uninterrupted_one_does(int interruptedAt)
    {
        TrainerOptions options = Options with { Patience = 5 };
        LineTask whole = new();
        TrainingReport expected = new Trainer(whole, options).Run();

        TrainerOptions kept = options with { CheckpointPath = Path.Combine(_folder, "checkpoint") };
        using CancellationTokenSource source = new();
        Steps interrupt = new(step =>
        {
            if (step == interruptedAt)
                source.Cancel();
        });
        LineTask first = new() { Carried = "something" };
        Assert.Throws<OperationCanceledException>(() => new Trainer(first, kept, interrupt).Run(source.Token));

        LineTask second = new();
        TrainingReport report = new Trainer(second, kept with { ResumePath = kept.CheckpointPath }).Run();
        Assert.Equal("something", second.Carried);
        Assert.Equal(Enumerable.Range(interruptedAt / 5, 8 - interruptedAt / 5), second.Begun);
        Assert.Equal(whole.Parameters.Values, second.Parameters.Values);
        Assert.Equal(expected.Epochs.Select(epoch => epoch with { Seconds = null }), report.Epochs.Select(epoch => epoch with { Seconds = null }));
        Assert.Equal(expected.Final, report.Final);
    }

    [Theory]
    [InlineData("loss", new double[] { 5, 3, 4, 3.5, 9, 9 }, 1)]
    [InlineData("accuracy", new double[] { 0.5, 0.9, 0.7, 0.9, 0.1, 0.95 }, 1)]
    [InlineData("accuracy", new double[] { double.NaN, 0.2, 0.3, 0.1, 0.1, 0.1 }, 2)]
    public void Patience_goes_by_the_watched_metric_and_restores_its_best_weights(string watched, double[] values, int best)
    {
        const int Patience = 3;
        LineTask task = new()
        {
            Watch = watched,
            Measured = epoch => watched == "loss" ? [new Metric("loss", values[epoch])] : [new Metric("loss", 1), new Metric(watched, values[epoch])],
        };
        TrainerOptions options = Options with { Epochs = 6, LearningRate = 0.05f, Decay = LearningRateDecay.Constant };
        Trainer trainer = new(task, options with { Patience = Patience });
        TrainingReport report = trainer.Run();
        Assert.Equal(best + 1 + Patience, report.Epochs.Count);
        Assert.Equal(values[best], watched == "loss" ? report.Final["validation_loss"] : report.Final[watched]);
        Assert.Equal(values[best], trainer.Progress.Best);

        LineTask shorter = new();
        new Trainer(shorter, options with { Epochs = best + 1 }).Run();
        Assert.Equal(shorter.Parameters.Values, task.Parameters.Values);
    }

    [Fact]
    public void Callbacks_are_called_in_order_and_see_the_run()
    {
        Recorder recorder = new();
        LineTask task = new();
        new Trainer(task, Options with { Epochs = 2, Callbacks = [recorder] }).Run();
        string epoch = "epoch( step( )step step( )step step( )step step( )step step( )step )epoch";
        Assert.Equal($"{epoch} {epoch}", string.Join(' ', recorder.Calls));
        Assert.Equal([5L, 10L], recorder.StepsAtEpochEnds);
        Assert.All(recorder.Norms, norm => Assert.True(norm.OfGradients > 0 && Math.Abs(norm.OfGradients - norm.OfProgress) < 1e-6));
    }

    [Theory]
    [InlineData(7, 7, 2)]
    [InlineData(5, 5, 1)]
    public void A_callback_can_stop_the_run_which_can_be_resumed_from_there(int stopAt, int steps, int epochs)
    {
        TrainerOptions options = Options with { CheckpointPath = Path.Combine(_folder, "checkpoint") };
        LineTask stopped = new();
        Trainer trainer = new(stopped, options with { Callbacks = [new Stopper(stopAt, before: false)] });
        TrainingReport report = trainer.Run();
        Assert.Equal((steps, epochs), ((int)trainer.Progress.Step, report.Epochs.Count));
        Assert.NotNull(report.Epochs[^1].ValidationLoss);

        LineTask resumed = new(), whole = new();
        TrainingReport rest = new Trainer(resumed, options with { ResumePath = options.CheckpointPath }).Run();
        TrainingReport all = new Trainer(whole, Options).Run();
        Assert.Equal(whole.Parameters.Values, resumed.Parameters.Values);
        Assert.Equal(all.Final, rest.Final);
    }

    [Fact]
    public void A_stop_before_a_step_takes_it_no_more()
    {
        Trainer trainer = new(new LineTask(), Options with { Callbacks = [new Stopper(5, before: true)] });
        Assert.Single(trainer.Run().Epochs);
        Assert.Equal(5, trainer.Progress.Step);
        Assert.Empty(new Trainer(new LineTask(), Options with { Callbacks = [new Stopper(0, before: true)] }).Run().Epochs);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        StepAllocations watch = new();
        Steps steps = new(step =>
        {
            watch.End();
            if (step % 5 > 0 && step > 5)
                watch.Begin();
        });
        new Trainer(new LineTask(), Options with { Callbacks = [new Stopper(int.MaxValue, before: true)] }, steps).Run();
        watch.AssertNone();
    }

    [Fact]
    public void Functions_make_a_task()
    {
        ParameterSet parameters = new();
        Parameter weight = parameters.Add("weight", new Shape(1), Initializer.Zeros);
        parameters.Allocate(1);
        Tensor goal = Tensor.From(3);
        List<int> begun = [];
        TrainingReport report = Trainer.Train(
            parameters,
            2,
            (tape, _) =>
            {
                Tensor difference = tape.Subtract(weight.Value, goal);
                return tape.Sum(tape.Multiply(difference, difference));
            },
            new TrainerOptions { Epochs = 40, LearningRate = 0.3f, Patience = 40 },
            begun.Add,
            () => [new Metric("loss", Math.Abs(weight.Value.Scalar - 3))]);
        Assert.Equal(3, weight.Value.Scalar, 0.05);
        Assert.Equal(report.Epochs.Min(epoch => epoch.ValidationLoss)!.Value, report.Final["validation_loss"]);
        Assert.Equal("custom", report.Task);
        Assert.Equal(Enumerable.Range(0, 40), begun);
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        ParameterSet parameters = new();
        parameters.Add("weight", new Shape(1), Initializer.Zeros);
        Assert.Contains("Allocate", Assert.Throws<InvalidOperationException>(() => Trainer.Train(parameters, 1, (_, _) => default)).Message);
        parameters.Allocate(1);
        Assert.Contains("1 step", Assert.Throws<ArgumentException>(() => Trainer.Train(parameters, 0, (_, _) => default)).Message);
        Assert.Equal("Patience", Assert.Throws<OptionException>(() => Trainer.Train(parameters, 1, (_, _) => default, Options with { Patience = 1 })).Option);
        Assert.Equal("Epochs", Assert.Throws<OptionException>(() => Trainer.Train(parameters, 1, (_, _) => default, Options with { Epochs = 0 })).Option);
        Assert.Contains("watches 'f1', but measures only: loss, closeness",
            Assert.Throws<InvalidOperationException>(() => new Trainer(new LineTask { Watch = "f1" }, Options).Run()).Message);
        Assert.Contains("it gave: nothing",
            Assert.Throws<InvalidOperationException>(() => new Trainer(new LineTask { Measured = _ => [] }, Options).Run()).Message);
    }

    private sealed class Collector(List<TrainingProgress> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen.Add(value);
    }

    private sealed class Steps(Action<long> onStep) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Stage == TrainingStage.Training)
                onStep(value.Step);
        }
    }

    private sealed class Stopper(int step, bool before) : TrainingCallback
    {
        public override void BeforeStep(Trainer trainer) => StopIf(before, trainer);

        public override void AfterStep(Trainer trainer) => StopIf(!before, trainer);

        private void StopIf(bool isTime, Trainer trainer)
        {
            if (isTime && trainer.Progress.Step == step)
                trainer.Stop();
        }
    }

    private sealed class Recorder : TrainingCallback
    {
        public List<string> Calls { get; } = [];

        public List<long> StepsAtEpochEnds { get; } = [];

        public List<(double OfGradients, double OfProgress)> Norms { get; } = [];

        public override void BeforeEpoch(Trainer trainer) => Calls.Add("epoch(");

        public override void BeforeStep(Trainer trainer) => Calls.Add("step(");

        public override void AfterStep(Trainer trainer)
        {
            Calls.Add(")step");
            double squares = 0;
            foreach (float value in trainer.Task.Parameters.Gradients)
                squares += (double)value * value;
            Norms.Add((Math.Sqrt(squares), trainer.Progress.GradientNorm));
        }

        public override void AfterEpoch(Trainer trainer)
        {
            Calls.Add(")epoch");
            Assert.NotEmpty(trainer.Progress.Validation);
            StepsAtEpochEnds.Add(trainer.Progress.Step);
        }
    }
}
