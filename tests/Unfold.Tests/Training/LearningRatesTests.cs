using Unfold.Models;
using Unfold.Optimizers;
using Unfold.Training;

namespace Unfold.Tests.Training;

public sealed class LearningRatesTests
{
    private static readonly LanguageModelOptions Options = new() { LearningRate = 0.5f };

    [Theory]
    [InlineData(LearningRateDecay.Constant, 0.5, 0.5, 0.5)]
    [InlineData(LearningRateDecay.Cosine, 0.5, 0.3, 0.1)]
    [InlineData(LearningRateDecay.Linear, 0.5, 0.3, 0.1)]
    [InlineData(LearningRateDecay.Step, 0.5, 0.25, 0.125)]
    [InlineData(LearningRateDecay.OneCycle, 0.02, 0.396947, 2e-6)]
    [InlineData(LearningRateDecay.Plateau, 0.5, 0.5, 0.5)]
    public void Schedules_go_from_the_learning_rate_to_the_final_one(LearningRateDecay decay, double start, double middle, double end)
    {
        LearningRateSchedule schedule = LearningRates.ScheduleOf(Options with { Decay = decay, FinalLearningRate = 0.1f, DecayFactor = 0.5f, DecayEpochs = 2 });
        Assert.Equal(start, At(0), 6);
        Assert.Equal(middle, At(50), 6);
        Assert.Equal(end, At(100), 6);

        double At(long step) => 0.5 * schedule.Factor(new TrainingPosition(step, 100, step / 25.0));
    }

    [Fact]
    public void A_warm_up_rises_first()
    {
        LearningRateSchedule schedule = LearningRates.ScheduleOf(Options with { Decay = LearningRateDecay.Constant, WarmupSteps = 10 });
        Assert.Equal([0.1, 0.2, 1, 1], new long[] { 0, 1, 9, 50 }.Select(step => Math.Round(schedule.Factor(new TrainingPosition(step, 100, 0)), 6)));
    }

    [Fact]
    public void Options_name_optimizers()
    {
        Assert.IsType<Adam>(LearningRates.OptimizerOf(Options));
        Assert.Null(Assert.IsType<Sgd>(LearningRates.OptimizerOf(Options with { Optimizer = OptimizerKind.Sgd })).Momentum);
        Sgd nesterov = Assert.IsType<Sgd>(LearningRates.OptimizerOf(Options with { Optimizer = OptimizerKind.Nesterov, Momentum = 0.8f, WeightDecay = 0.01f }));
        Assert.Equal((0.8f, true, 0.01f, 0.5f), ((float)nesterov.Momentum!, nesterov.Nesterov, nesterov.WeightDecay, nesterov.LearningRate));
        RmsProp rmsProp = Assert.IsType<RmsProp>(LearningRates.OptimizerOf(Options with { Optimizer = OptimizerKind.RmsProp, Centered = true, Beta2 = 0.8, Epsilon = 0.1f }));
        Assert.Equal((null, true, 0.8, 0.1f), (rmsProp.Momentum, rmsProp.Centered, rmsProp.Alpha, rmsProp.Epsilon));
        AdaDelta adaDelta = Assert.IsType<AdaDelta>(LearningRates.OptimizerOf(Options with { Optimizer = OptimizerKind.AdaDelta, Beta2 = 0.7 }));
        Assert.Equal((0.7, 1e-6f), (adaDelta.Rho, adaDelta.Epsilon));
        Assert.Equal(1e-10f, Assert.IsType<AdaGrad>(LearningRates.OptimizerOf(Options with { Optimizer = OptimizerKind.AdaGrad })).Epsilon);
        AdamW adamW = Assert.IsType<AdamW>(LearningRates.OptimizerOf(Options with { Optimizer = OptimizerKind.AdamW, Beta1 = 0.8 }));
        Assert.Equal((0.8, 0.999, 0.01f), (adamW.Momentum, adamW.Beta2, adamW.WeightDecay));
    }

    [Fact]
    public void Penalties_and_groups_reach_every_optimizer()
    {
        ParameterGroup group = ParameterGroup.Parse("decoder: rate 0.5");
        foreach (OptimizerKind kind in Enum.GetValues<OptimizerKind>())
        {
            Optimizer optimizer = LearningRates.OptimizerOf(Options with { Optimizer = kind, L1 = 0.1f, L2 = 0.2f, ClipUpdate = 0.3f, WeightDecay = 0.4f, Groups = [group] });
            Assert.Equal((0.1f, 0.2f, 0.3f, 0.4f), (optimizer.L1, optimizer.L2, optimizer.UpdateLimit, optimizer.WeightDecay));
            Assert.Equal([group], optimizer.Groups);
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        (TrainingOptions Options, string Name)[] wrong =
        [
            (Options with { Batch = 0 }, "Batch"),
            (Options with { Epochs = 0 }, "Epochs"),
            (Options with { LearningRate = float.NaN }, "LearningRate"),
            (Options with { FinalLearningRate = 1 }, "FinalLearningRate"),
            (Options with { WarmupSteps = -1 }, "WarmupSteps"),
            (Options with { DecayFactor = 0 }, "DecayFactor"),
            (Options with { DecayEpochs = 0 }, "DecayEpochs"),
            (Options with { Momentum = 1 }, "Momentum"),
            (Options with { WeightDecay = -1 }, "WeightDecay"),
            (Options with { Accumulate = 0 }, "Accumulate"),
            (Options with { DecayPatience = -1 }, "DecayPatience"),
            (Options with { DecayFactor = 1, Decay = LearningRateDecay.Plateau }, "DecayFactor"),
            (Options with { OneCycleRise = 1 }, "OneCycleRise"),
            (Options with { Beta1 = 1 }, "Beta1"),
            (Options with { Beta2 = -1 }, "Beta2"),
            (Options with { Epsilon = 0 }, "Epsilon"),
            (Options with { L1 = -1 }, "L1"),
            (Options with { L2 = float.NaN }, "L2"),
            (Options with { Groups = null! }, "Groups"),
            (Options with { AverageFrom = 0 }, "AverageFrom"),
            (Options with { AverageFrom = 11 }, "AverageFrom"),
            (Options with { AverageDecay = 1 }, "AverageDecay"),
            (Options with { ClipUpdate = 0 }, "ClipUpdate"),
            (Options with { Decay = LearningRateDecay.Plateau, Validation = 0 }, "Decay"),
            (Options with { ClipNorm = 0 }, "ClipNorm"),
            (Options with { ClipValue = -1 }, "ClipValue"),
            (Options with { Patience = 0 }, "Patience"),
            (Options with { Dropout = 1 }, "Dropout"),
            (Options with { Validation = 1 }, "Validation"),
            (Options with { Unroll = 0 }, "Unroll"),
            (Options with { VocabularySize = 1 }, "VocabularySize"),
            (Options with { Embedding = 0 }, "Embedding"),
            (Options with { Optimizer = (OptimizerKind)9 }, "Optimizer"),
        ];
        foreach ((TrainingOptions options, string name) in wrong)
        {
            OptionException error = Assert.Throws<OptionException>(options.Check);
            Assert.Equal(name, error.Option);
            Assert.StartsWith(name + " must be ", error.Message);
        }

        Options.Check();
    }
}
