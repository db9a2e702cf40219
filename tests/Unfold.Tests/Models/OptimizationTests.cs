using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Models;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Tests.Training;
using Unfold.Training;

namespace Unfold.Tests.Models;

/// <summary>Optimizers, schedules, groups, accumulation and averages in the training of a language model.</summary>
[Collection(nameof(Team))] // runs alone: nobody else has the team while allocations are counted
public sealed class OptimizationTests : IDisposable
{
    private static readonly string Text = TinyText.Sentences(60);

    /// <summary>Something of everything.</summary>
    private static readonly LanguageModelOptions Everything = TinyText.Options with
    {
        Epochs = 3,
        Layers = 2,
        Dropout = 0.3f,
        Accumulate = 4,
        L1 = 1e-5f,
        ClipValue = 0.5f,
        ClipUpdate = 0.02f,
        AverageFrom = 2,
        Groups = [ParameterGroup.Parse("encoder: rate 0.3, decay 0.1"), ParameterGroup.Parse("rnn.l0.U*: frozen"), ParameterGroup.Parse("*.bias: l2 1e-3")],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-optimization-").FullName;

    public static TheoryData<int, OptimizerKind, LearningRateDecay> Cases => new()
    {
        { 1, OptimizerKind.AdaGrad, LearningRateDecay.OneCycle },
        { 4, OptimizerKind.RmsProp, LearningRateDecay.Plateau },
        { 5, OptimizerKind.AdaDelta, LearningRateDecay.Linear },
        { 7, OptimizerKind.AdamW, LearningRateDecay.OneCycle },
        { 12, OptimizerKind.Adam, LearningRateDecay.Plateau },
        { 14, OptimizerKind.Nesterov, LearningRateDecay.OneCycle },
        { 15, OptimizerKind.RmsProp, LearningRateDecay.Constant },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_resumed_run_ends_where_the_uninterrupted_one_does(int interruptedAt, OptimizerKind optimizer, LearningRateDecay decay)
    {
        LanguageModelOptions options = Everything with
        {
            Optimizer = optimizer,
            Decay = decay,
            DecayPatience = 0,
            LearningRate = decay == LearningRateDecay.Plateau ? 1e-8f : 0.01f, // so low that the loss does not fall by one part in ten thousand
            Momentum = optimizer == OptimizerKind.Adam ? null : 0.8f,
            Centered = true,
            AverageDecay = interruptedAt % 2 == 0 ? null : 0.9,
            Patience = interruptedAt == 7 ? 2 : null,
        };
        List<double> rates = [];
        LanguageModel whole = LanguageModel.Train(Text, options, new Watch(rates, int.MaxValue, null));
        Assert.Equal(15, rates.Count);
        if (decay == LearningRateDecay.Plateau)
            Assert.Equal([1, 1, 0.5], new[] { 0, 9, 10 }.Select(step => rates[step] / rates[0]));

        string checkpoint = Path.Combine(_folder, "checkpoint");
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => LanguageModel.Train(Text, options with { CheckpointPath = checkpoint }, new Watch([], interruptedAt, source), source.Token));
        LanguageModel resumed = LanguageModel.Train(Text, LanguageModel.ReadCheckpointOptions(checkpoint));
        Assert.Equal(Bytes(whole), Bytes(resumed));
        Assert.Equal(whole.Report.Epochs.Select(epoch => epoch.ValidationLoss), resumed.Report.Epochs.Select(epoch => epoch.ValidationLoss));
    }

    [Fact]
    public void A_step_allocates_nothing_whatever_it_does()
    {
        StepAllocations watch = new();
        LanguageModelOptions options = Everything with { Epochs = 3, Decay = LearningRateDecay.OneCycle, Accumulate = 2 };
        LanguageModel.Train(TinyText.Sentences(300), options, watch);
        watch.AssertNone();
    }

    [Theory]
    [InlineData("encoder: frozen", "rnn: frozen")]
    [InlineData("decoder.*: frozen", "rnn.l1: frozen")]
    public void Frozen_layers_stay_and_the_others_learn(params string[] frozen)
    {
        ParameterGroup[] groups = [.. frozen.Select(ParameterGroup.Parse)];
        LanguageModelOptions options = TinyText.Options with { Layers = 2, Groups = groups, Epochs = 2 };
        LanguageModel before = LanguageModel.Train(Text, options with { Groups = [ParameterGroup.Parse("*: rate 0")] });
        StepAllocations watch = new();
        LanguageModel after = LanguageModel.Train(Text, options, watch);
        foreach (Parameter parameter in after.Network.Parameters.All)
        {
            Tensor former = before.Network.Parameters[parameter.Name].Value;
            Assert.Equal(groups.Any(group => group.Takes(parameter.Name)), parameter.Value.Values.SequenceEqual(former.Values));
        }

        Assert.True(after.Network.Parameters["encoder.weight"].Gradient.Values.ContainsAnyExcept(0) == !frozen[0].StartsWith("encoder", StringComparison.Ordinal));
        Assert.True(after.Report.Epochs[^1].TrainLoss < before.Report.Epochs[^1].TrainLoss - 0.05);
        watch.AssertNone();
    }

    [Fact]
    public void Options_travel_with_the_model()
    {
        LanguageModel model = LanguageModel.Train(Text, Everything with { Optimizer = OptimizerKind.RmsProp, WeightDecay = 0.01f, Beta2 = 0.9, L2 = 0.5f });
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        LanguageModel loaded = LanguageModel.Load(path);
        Assert.Equal(model.Options.Groups, loaded.Options.Groups);
        Assert.Equal(model.Options with { Groups = [] }, loaded.Options with { Groups = [], Cell = model.Options.Cell });
        foreach (string part in new[] { "RmsProp at 0.01", "4 batches a step", "weight decay 0.01", "L1 1E-05", "L2 0.5", "group 'rnn.l0.U*: frozen'", "updates clipped to 0.02", "averaged from epoch 2" })
            Assert.Contains(part, loaded.Describe());
    }

    [Fact]
    public void What_cannot_change_in_the_middle_of_a_run_is_refused()
    {
        string checkpoint = Path.Combine(_folder, "checkpoint");
        LanguageModel.Train(Text, Everything with { CheckpointPath = checkpoint });
        LanguageModelOptions options = LanguageModel.ReadCheckpointOptions(checkpoint);
        foreach ((LanguageModelOptions changed, string name) in new[]
        {
            (options with { Accumulate = 5 }, "Accumulate"), (options with { AverageFrom = 1 }, "AverageFrom"), (options with { AverageDecay = 0.5 }, "AverageDecay"),
        })
        {
            Assert.StartsWith(name + " cannot change", Assert.Throws<OptionException>(() => LanguageModel.Train(Text, changed)).Message);
        }
    }

    [Fact]
    public void A_group_without_weights_is_refused_with_their_names()
    {
        LanguageModelOptions options = TinyText.Options with { Groups = [ParameterGroup.Parse("encodr: frozen")] };
        string message = Assert.Throws<ArgumentException>(() => LanguageModel.Train(Text, options)).Message;
        Assert.Contains("'encodr' is no name here", message);
        Assert.Contains("Trained are: encoder.weight, rnn.l0.", message);
    }

    private byte[] Bytes(LanguageModel model)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private sealed class Watch(List<double> rates, long interruptedAt, CancellationTokenSource? source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Stage != TrainingStage.Training)
                return;
            rates.Add(value.LearningRate);
            if (value.Step == interruptedAt)
                source?.Cancel();
        }
    }
}
