using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Import;

/// <summary>What is exported and imported again gives the same numbers.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> Cells => [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Cells))]
    public void ACellGivesTheSameNumbers(string name)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Named(name), 6, 6);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, file.Path);
        OnnxNetwork network = OnnxNetwork.Load(file.Path);

        int[] lengths = [5, 2, 7];
        Tensor x = Filling.Tensor(3, 7, 3, 6);
        RecurrentState state = layer.InitialState(3);
        Dictionary<string, OnnxTensor> inputs = new() { ["x"] = new(x), ["lengths"] = new([3], [.. lengths.Select(length => (long)length)]) };
        for (int i = 0; i < state.Tensors.Count; i++)
        {
            Filling.Numbers(state.Tensors[i].Shape.Length, i).CopyTo(state.Tensors[i].Span);
            inputs[$"initial.rnn.l0.{layer.Cell.States[i].Name}"] = new(state.Tensors[i]);
        }

        (Tensor y, RecurrentState final) = layer.Forward(Tape.ForInference(), x, lengths, state);
        IReadOnlyDictionary<string, OnnxTensor> found = network.Run(inputs);
        RecordedTest.AssertNear("y", new OnnxTensor(y), found["y"], 1e-5, 1e-6);
        for (int i = 0; i < final.Tensors.Count; i++)
            RecordedTest.AssertNear("final", new OnnxTensor(final.Tensors[i]), found[$"final.rnn.l0.{layer.Cell.States[i].Name}"], 1e-5, 1e-6);
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("gru_reset_after")]
    [InlineData("peephole")]
    [InlineData("coupled")]
    [InlineData("rnn_relu")]
    public void AnImportedOperatorIsWrittenAsTheSameOperatorAgain(string name)
    {
        using TemporaryFile first = new(), second = new();
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Named(name), 4, 5);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, first.Path, new OnnxExportOptions { States = false });
        Recurrent imported = Assert.Single(OnnxNetwork.Load(first.Path).Layers);
        OnnxExport.Save(imported, second.Path, new OnnxExportOptions { States = false });
        Assert.Equal(OnnxSummary.Read(first.Path).Nodes, OnnxSummary.Read(second.Path).Nodes);
        Tensor x = Filling.Tensor(3, 4, 2, 4);
        Dictionary<string, OnnxTensor> inputs = new() { ["x"] = new(x), ["lengths"] = new([2], [4, 3]) };
        RecordedTest.AssertNear("y", OnnxNetwork.Load(first.Path).Run(inputs)["y"], OnnxNetwork.Load(second.Path).Run(inputs)["y"], 1e-6, 1e-7);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void AScanIsReadAsACell(string name)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Named(name), 6, 5 + (Cell.Named(name).NeedsEqualSizes ? 1 : 0));
        Filling.Allocate(set, 1);
        foreach (bool lengths in new[] { true, false })
        {
            OnnxExport.Save(layer, file.Path, new OnnxExportOptions { Lengths = lengths });
            Recurrent read = Assert.Single(OnnxNetwork.Load(file.Path).Layers);
            Assert.Equal(layer.Cell.States.Count, read.Cell.States.Count);
            Assert.Equal((layer.InputSize, layer.OutputSize), (read.InputSize, read.OutputSize));
        }
    }

    [Fact]
    public void ACellThatJumpsIsReadAsACell()
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Parse("a = W x + U h\nh' = a * step(a - 0.1)"), 4, 5);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, file.Path, new OnnxExportOptions { States = false, Lengths = false });
        OnnxNetwork network = OnnxNetwork.Load(file.Path);
        Assert.Contains("step(", Assert.Single(network.Layers).Cell.Text);
        Tensor x = Filling.Tensor(3, 6, 2, 4);
        (Tensor y, _) = layer.Forward(Tape.ForInference(), x);
        Assert.Contains(0, y.Values.ToArray());
        RecordedTest.AssertNear("y", new OnnxTensor(y), network.Run(new Dictionary<string, OnnxTensor> { ["x"] = new(x) })["y"], 1e-5, 1e-6);
    }

    [Fact]
    public void AnImportedModelCanBeTrainedFurther()
    {
        using TemporaryFile file = new();
        LanguageModel model = LanguageModel.Train(string.Concat(Enumerable.Repeat("the cat sat on the mat\n", 40)), new LanguageModelOptions { Hidden = 8, Epochs = 1, Batch = 4, Unroll = 16 });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { States = false, Lengths = false });
        OnnxNetwork network = OnnxNetwork.Load(file.Path);
        Assert.Equal(model.ParameterCount, network.Parameters.Count);
        int[] tokens = model.Vocabulary.Encode("the cat");
        Dictionary<string, OnnxTensor> inputs = new() { ["tokens"] = new([tokens.Length, 1], [.. tokens.Select(token => (long)token)]) };

        Tape tape = new();
        network.Parameters.ZeroGradients();
        tape.Backward(tape.Mean(network.Forward(tape, inputs)["logits"].Real));
        Assert.All(network.Parameters.All, parameter => Assert.True(parameter.Gradient.Values.ContainsAnyExcept(0f), parameter.Name));

        // The gradient is the slope.
        Parameter weight = network.Parameters.All.First(parameter => parameter.Shape.Rank == 2 && parameter.Name.EndsWith("Ug", StringComparison.Ordinal));
        double slope = weight.Gradient.Values[3], before = Mean(0.01f), after = Mean(-0.02f);
        Assert.Equal(slope, (before - after) / 0.02, 1e-3 * Math.Abs(slope) + 1e-5);

        double Mean(float step)
        {
            weight.Value.Span[3] += step;
            network.Parameters.Touch();
            double sum = 0;
            Tensor logits = network.Run(inputs)["logits"].Real;
            foreach (float value in logits.Values)
                sum += value;
            return sum / logits.Shape.Length;
        }
    }
}
