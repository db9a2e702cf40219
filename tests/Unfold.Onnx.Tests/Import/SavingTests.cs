using Google.Protobuf;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Onnx.Export;
using Unfold.Onnx.Protocol;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Tests.Import;

/// <summary>A network that was read, trained further and written gives elsewhere what it gives here.</summary>
public sealed class SavingTests
{
    [RuntimeTheory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("gru_reset_after")]
    [InlineData("peephole")]
    [InlineData("coupled")]
    [InlineData("rnn_relu")]
    [InlineData("mgu")]
    [InlineData("lstm_layer_norm")]
    public void AModelTrainedFurtherIsWritten(string cell)
    {
        using TemporaryFile file = new(), saved = new();
        LanguageModel model = LanguageModel.Train(
            string.Concat(Enumerable.Repeat("the cat sat on the mat\n", 40)), new LanguageModelOptions { Cell = Cell.Named(cell), Hidden = 8, Layers = 2, Epochs = 1, Batch = 4, Unroll = 16 });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { States = false });
        Check(file.Path, saved.Path, "logits", ("tokens", Value.Of([4, 2], [0, 1, 2, 3, 4, 5, 6, 7])), ("lengths", Value.Of(4, 3)));
    }

    [RuntimeTheory]
    [InlineData("lstm", "lstm")]
    [InlineData("gru_reset_after", "gru_reset_after")]
    [InlineData("mgu", "lstm")]
    public void APairOfDirectionsIsWritten(string forward, string backward)
    {
        using TemporaryFile file = new(), saved = new();
        ParameterSet set = new();
        Bidirectional pair = new(new Recurrent(set, "f", Cell.Named(forward), 5, 4), new Recurrent(set, "b", Cell.Named(backward), 5, 4), DirectionMerge.Concatenate);
        Filling.Allocate(set, 2);
        OnnxExport.Save(pair, file.Path);
        Check(file.Path, saved.Path, "y", ("x", Value.Of([6, 3, 5], Filling.Numbers(90, 4))), ("lengths", Value.Of(3, 6, 1)));
    }

    [RuntimeFact]
    public void OperatorsThatShareTheirWeightsAndHaveNoBiasesGetTheirOwn()
    {
        using TemporaryFile file = new(), saved = new();
        GraphWriter graph = new("g");
        string x = graph.Input("x", DataType.Float, Axis.Steps, Axis.Batch, 3);
        string weight = graph.Constant("W", [1, 3, 3], Filling.Numbers(9, 1)), recurrence = graph.Constant("R", [1, 3, 3], Filling.Numbers(9, 2));
        for (int i = 0; i < 2; i++)
        {
            graph.Nodes("RNN", [x, weight, recurrence], ["y" + i], Attributes.Of("hidden_size", 3));
            x = graph.Node("Squeeze", "x" + i, ["y" + i, graph.Integers(1)]);
        }

        graph.Output(x, "y", DataType.Float, Axis.Steps, Axis.Batch, 3);
        ModelWriter.Write(file.Path, graph, new Dictionary<string, string>(StringComparer.Ordinal));
        Check(file.Path, saved.Path, "y", ("x", Value.Of([4, 2, 3], Filling.Numbers(24, 3))));
        Assert.Equal(4, ModelReader.Read(saved.Path).Graph.Initializer.Count(constant => constant.Dims.Count == 3 && constant.Name.StartsWith('y')));
    }

    [RuntimeFact]
    public void ConstantsOfOtherFilesComeIntoTheOne()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "model.onnx");
        using TemporaryFile saved = new();
        ParameterSet set = new();
        Linear layer = new(set, "linear", 3, 2);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, new Shape(3), path);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            File.WriteAllBytes(Path.Combine(folder.Path, tensor.Name), tensor.RawData.ToByteArray());
            tensor.RawData = ByteString.Empty;
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = tensor.Name });
        }

        File.WriteAllBytes(path, model.ToByteArray());
        Check(path, saved.Path, "y", ("x", Value.Of([2, 3], Filling.Numbers(6, 3))));
    }

    [Fact]
    public void AnUntrainedNetworkIsWrittenAsItWas()
    {
        using TemporaryFile file = new(), saved = new();
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Named("lstm"), 4, 5, layers: 2);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, file.Path);
        OnnxNetwork.Load(file.Path).Save(saved.Path);
        Assert.Equal(File.ReadAllBytes(file.Path), File.ReadAllBytes(saved.Path));
    }

    /// <summary>Reads a model, changes all its weights, as training would, and holds what is written then against it.</summary>
    private static void Check(string path, string saved, string output, params (string Name, Value Value)[] inputs)
    {
        OnnxNetwork network = OnnxNetwork.Load(path);
        Dictionary<string, OnnxTensor> given = inputs.ToDictionary(input => input.Name, input => input.Value.Tensor);
        float[] before = network.Run(given)[output].Real.Values.ToArray();
        Tape tape = new();
        for (int step = 0; step < 3; step++)
        {
            network.Parameters.ZeroGradients();
            Tensor y = network.Forward(tape, given)[output].Real;
            tape.Backward(tape.Mean(tape.Multiply(y, y)));
            foreach (Parameter parameter in network.Parameters.All)
            {
                for (int i = 0; i < parameter.Shape.Length; i++)
                    parameter.Value.Span[i] -= (0.5f * parameter.Gradient.Values[i]) + 0.01f;
            }

            network.Parameters.Touch();
            tape.Reset();
        }

        OnnxTensor expected = network.Run(given)[output];
        Assert.True(before.Zip(expected.Real.Values.ToArray(), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
        network.Save(saved);
        OnnxRuntime.Run(saved, inputs)[output].AssertNear(output, [.. expected.Shape], expected.Real.Values);
    }
}
