using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>What the trainer does with gradients and weights beside a plain step: accumulation and averages.</summary>
public sealed class TrainerUpdateTests
{
    private static readonly TrainerOptions Options = new() { Epochs = 3, LearningRate = 0.05f, DecayFactor = 0.7f };

    [Theory]
    [InlineData(LearningRateDecay.Cosine)]
    [InlineData(LearningRateDecay.Step)]
    [InlineData(LearningRateDecay.OneCycle)]
    public void Accumulated_batches_equal_one_that_is_as_large(LearningRateDecay decay)
    {
        TrainerOptions options = Options with { Decay = decay, WarmupSteps = 2, ClipNorm = 0.5f };
        RegressionTask small = new(2, 3, 1, 4, 4, 4, 5);
        RegressionTask large = new(6, 12, 5);
        List<TrainingProgress> smallSteps = Train(small, options with { Accumulate = 3 });
        List<TrainingProgress> largeSteps = Train(large, options);
        Assert.Equal(9, smallSteps.Count);
        Assert.Equal(largeSteps.Select(at => (at.Step, at.Steps, at.ItemsDone, at.LearningRate)), smallSteps.Select(at => (at.Step, at.Steps, at.ItemsDone, at.LearningRate)));
        Assert.All(largeSteps.Zip(smallSteps), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-5));
        Assert.All(largeSteps.Zip(smallSteps), pair => Assert.Equal(pair.First.GradientNorm, pair.Second.GradientNorm, 1e-5));
        float[] expected = [.. large.Parameters.Values];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], small.Parameters.Values[i], 1e-5);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.7)]
    public void Validation_and_the_end_use_the_average_of_the_weights(double? decay)
    {
        TrainerOptions options = Options with { AverageFrom = 2, AverageDecay = decay, Decay = LearningRateDecay.Constant };
        RegressionTask task = new(2, 3, 2);
        Train(task, options);
        List<float[]> weights = WeightsAfterEachStep(options with { AverageFrom = null, AverageDecay = null });
        double[] expected = Average(weights[3..], decay);
        Assert.Equal(weights[2], task.Validated[0]);
        AssertNear(Average(weights[3..6], decay), task.Validated[1]);
        AssertNear(expected, task.Validated[2]);
        AssertNear(expected, [.. task.Parameters.Values]);
    }

    [Fact]
    public void Patience_keeps_the_best_average()
    {
        // A learning rate at which the weights swing about: the last average is not the best.
        RegressionTask task = new(2, 3, 2);
        List<TrainingProgress> steps = Train(task, Options with { AverageDecay = 0.5, LearningRate = 0.9f, ClipNorm = null, Epochs = 12, Patience = 3 });
        Assert.Contains(task.Validated[..^1], weights => task.Parameters.Values.SequenceEqual(weights));
        Assert.Equal(steps[^1].Best!.Value, task.Validate(_ => { }, default)[0].Value, 1e-12);
    }

    [Fact]
    public void A_plateau_lowers_the_learning_rate()
    {
        TrainerOptions options = Options with { Decay = LearningRateDecay.Plateau, DecayPatience = 0, LearningRate = 2, Epochs = 6, ClipNorm = 0.1f, FinalLearningRate = 0.5f };
        List<TrainingProgress> steps = Train(new RegressionTask(2, 3, 2), options);
        double[] rates = [.. steps.Where((_, i) => i % 3 == 0).Select(at => at.LearningRate)];
        Assert.Equal(2, rates[0], 1e-6);
        Assert.True(rates[^1] < 1.5 && rates.All(rate => rate >= 0.5 - 1e-6), string.Join(", ", rates));
    }

    [Fact]
    public void A_plateau_needs_something_held_out()
    {
        TrainerOptions options = Options with { Decay = LearningRateDecay.Plateau };
        OptionException error = Assert.Throws<OptionException>(() => new Trainer(new RegressionTask(2) { HoldsOut = false }, options));
        Assert.Equal("Decay", error.Option);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_batch_is_named_whose_numbers_are_none(int batch)
    {
        RegressionTask task = new(2, 3, 1, 4) { WrongBatch = batch };
        string message = Assert.Throws<TrainingException>(() => new Trainer(task, Options with { Accumulate = 4 }).Run()).Message;
        Assert.Contains("after 0 steps the loss", message);
        Assert.Contains($"step {batch} of the epoch", message);
    }

    /// <summary>After each step of three epochs of three steps.</summary>
    private static List<float[]> WeightsAfterEachStep(TrainerOptions options)
    {
        RegressionTask task = new(2, 3, 2);
        List<float[]> weights = [];
        new Trainer(task, options, new Watch(at =>
        {
            if (at.Stage == TrainingStage.Training)
                weights.Add([.. task.Parameters.Values]);
        })).Run(default);
        return weights;
    }

    private static double[] Average(List<float[]> weights, double? decay)
    {
        double[] average = [.. weights[0].Select(value => (double)value)];
        for (int n = 1; n < weights.Count; n++)
        {
            double share = 1 - decay ?? 1.0 / (n + 1);
            for (int i = 0; i < average.Length; i++)
                average[i] += share * (weights[n][i] - average[i]);
        }

        return average;
    }

    private static void AssertNear(double[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-6);
    }

    private static List<TrainingProgress> Train(RegressionTask task, TrainerOptions options)
    {
        List<TrainingProgress> steps = [];
        new Trainer(task, options, new Watch(at =>
        {
            if (at.Stage == TrainingStage.Training)
                steps.Add(at);
        })).Run(default);
        return steps;
    }

    private sealed class Watch(Action<TrainingProgress> see) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => see(value);
    }
}
