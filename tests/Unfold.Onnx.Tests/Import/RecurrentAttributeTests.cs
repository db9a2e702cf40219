using Google.Protobuf;
using Unfold.Onnx.Export;
using Unfold.Onnx.Protocol;
using Unfold.Onnx.Tests.Runtime;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Tests.Import;

/// <summary>Recurrent operators with all their attributes give here what they give in ONNX Runtime.</summary>
public sealed class RecurrentAttributeTests
{
    private const int Steps = 5, Batch = 3, Inputs = 4, Hidden = 3;

    private static readonly int[] Lengths = [5, 2, 4];

    public static TheoryData<string, string, string[], float[], float[], float, string> Cases => new()
    {
        { "RNN", "forward", [], [], [], 0, "" },
        { "RNN", "reverse", ["Affine"], [0.7f], [0.1f], 0, "" },
        { "RNN", "bidirectional", ["LeakyRelu", "HardSigmoid"], [0.3f, 0.25f], [0.4f], 0, "" },
        { "RNN", "forward", ["ScaledTanh"], [1.2f], [0.6f], 0.4f, "" },
        { "RNN", "forward", ["Elu"], [0.8f], [], 0, "" },
        { "RNN", "reverse", ["Softsign"], [], [], 0, "" },
        { "RNN", "forward", ["Softplus"], [], [], 0, "" },
        { "RNN", "bidirectional", ["ThresholdedRelu", "ThresholdedRelu"], [0.25f, -0.4f], [], 0, "" },
        { "LSTM", "forward", ["Sigmoid", "Tanh", "ThresholdedRelu"], [0.1f], [], 0.6f, "peepholes" },
        { "GRU", "forward", [], [], [], 0, "" },
        { "GRU", "bidirectional", [], [], [], 0, "after" },
        { "GRU", "reverse", ["HardSigmoid", "Relu"], [], [], 0, "after" },
        { "GRU", "forward", [], [], [], 0.3f, "" },
        { "LSTM", "bidirectional", [], [], [], 0, "peepholes" },
        { "LSTM", "reverse", [], [], [], 0, "coupled" },
        { "LSTM", "forward", [], [], [], 0.2f, "" },
        { "RNN", "forward", ["Affine"], [-0.7f], [-0.1f], 0, "" },
        { "LSTM", "forward", ["HardSigmoid", "Softsign", "Relu"], [0.3f], [0.4f], 0, "peepholes" },
        { "LSTM", "forward", ["Sigmoid", "Tanh", "Affine"], [0.5f], [0.25f], 0, "coupled peepholes" },
    };

    [RuntimeTheory]
    [MemberData(nameof(Cases))]
    public void AnOperatorGivesTheSameNumbers(string type, string direction, string[] activations, float[] alphas, float[] betas, float clip, string more)
    {
        using TemporaryFile file = new();
        (byte[] model, float[] x, float[] h) = Model(type, direction, activations, alphas, betas, clip, more);
        File.WriteAllBytes(file.Path, model);
        int directions = direction == "bidirectional" ? 2 : 1;
        IReadOnlyDictionary<string, Value> expected = OnnxRuntime.Run(
            file.Path, ("x", Value.Of([Steps, Batch, Inputs], x)), ("lengths", Value.Of(Lengths)), ("h", Value.Of([directions, Batch, Hidden], h)));
        OnnxNetwork network = OnnxNetwork.Load(file.Path);
        IReadOnlyDictionary<string, OnnxTensor> found = network.Run(new Dictionary<string, OnnxTensor>
        {
            ["x"] = new([Steps, Batch, Inputs], x),
            ["lengths"] = new([Batch], [.. Lengths.Select(length => (long)length)]),
            ["h"] = new([directions, Batch, Hidden], h),
        });
        Assert.Equal(directions, network.Layers.Count);
        foreach ((string name, Value value) in expected)
            value.AssertNear(name, [.. found[name].Shape], found[name].Real.Values);
    }

    [Fact]
    public void TheBatchMayComeFirst()
    {
        using TemporaryFile first = new(), second = new();
        (byte[] model, float[] x, float[] h) = Model("GRU", "bidirectional", [], [], [], 0, "after");
        File.WriteAllBytes(first.Path, model);
        ModelProto turned = ModelProto.Parser.ParseFrom(model);
        turned.Graph.Node.First(node => node.OpType == "GRU").Attribute.Add(Attributes.Of("layout", 1));
        File.WriteAllBytes(second.Path, turned.ToByteArray());
        OnnxTensor lengths = new([Batch], [.. Lengths.Select(length => (long)length)]);
        IReadOnlyDictionary<string, OnnxTensor> timeFirst = OnnxNetwork.Load(first.Path).Run(
            new Dictionary<string, OnnxTensor> { ["x"] = new([Steps, Batch, Inputs], x), ["lengths"] = lengths, ["h"] = new([2, Batch, Hidden], h) });
        IReadOnlyDictionary<string, OnnxTensor> batchFirst = OnnxNetwork.Load(second.Path).Run(new Dictionary<string, OnnxTensor>
        {
            ["x"] = new([Batch, Steps, Inputs], Swapped(x, Steps, Batch, Inputs)),
            ["lengths"] = lengths,
            ["h"] = new([Batch, 2, Hidden], Swapped(h, 2, Batch, Hidden)),
        });
        Assert.Equal([Batch, Steps, 2, Hidden], batchFirst["y"].Shape);
        for (int t = 0; t < Steps; t++)
        {
            for (int n = 0; n < Batch; n++)
            {
                for (int d = 0; d < 2; d++)
                    Assert.Equal(timeFirst["y"].Real[t, d, n, 1], batchFirst["y"].Real[n, t, d, 1]);
            }
        }

        Assert.Equal([Batch, 2, Hidden], batchFirst["y_h"].Shape);
        Assert.Equal(Swapped(timeFirst["y_h"].Real.Values.ToArray(), 2, Batch, Hidden), batchFirst["y_h"].Real.Values.ToArray());
    }

    [Fact]
    public void WhatCellsDoNotHaveIsRefusedByName()
    {
        using TemporaryFile file = new();
        File.WriteAllBytes(file.Path, Model("RNN", "forward", ["Swish"], [], [], 0, "").Model);
        Assert.Contains("Swish", Assert.Throws<ModelFileException>(() => OnnxNetwork.Load(file.Path)).Message);
    }

    private static (byte[] Model, float[] X, float[] H) Model(string type, string direction, string[] activations, float[] alphas, float[] betas, float clip, string more)
    {
        int directions = direction == "bidirectional" ? 2 : 1, gates = type switch { "LSTM" => 4, "GRU" => 3, _ => 1 }, rows = gates * Hidden;
        GraphWriter graph = new("g");
        string x = graph.Input("x", DataType.Float, Axis.Steps, Axis.Batch, Inputs), lengths = graph.Input("lengths", DataType.Int64, Axis.Batch), h = graph.Input("h", DataType.Float, directions, Axis.Batch, Hidden);
        List<string> operands =
        [
            x, graph.Constant("W", [directions, rows, Inputs], Filling.Numbers(directions * rows * Inputs, 1)), graph.Constant("R", [directions, rows, Hidden], Filling.Numbers(directions * rows * Hidden, 2)),
            graph.Constant("B", [directions, 2 * rows], Filling.Numbers(directions * 2 * rows, 3)), graph.Node("Cast", "narrow", [lengths], Attributes.Of("to", (long)DataType.Int32)), h,
        ];
        if (more.Contains("peepholes", StringComparison.Ordinal))
            operands.AddRange(["", graph.Constant("P", [directions, 3 * Hidden], Filling.Numbers(directions * 3 * Hidden, 4))]);
        List<AttributeProto> attributes = [Attributes.Of("hidden_size", Hidden), Attributes.Of("direction", direction)];
        if (activations.Length > 0)
            attributes.Add(Attributes.Of("activations", activations));
        if (alphas.Length > 0)
            attributes.Add(Reals("activation_alpha", alphas));
        if (betas.Length > 0)
            attributes.Add(Reals("activation_beta", betas));
        if (clip > 0)
            attributes.Add(Attributes.Of("clip", clip));
        if (more.Contains("after", StringComparison.Ordinal))
            attributes.Add(Attributes.Of("linear_before_reset", 1));
        if (more.Contains("coupled", StringComparison.Ordinal))
            attributes.Add(Attributes.Of("input_forget", 1));
        string[] outputs = type == "LSTM" ? ["y", "y_h", "y_c"] : ["y", "y_h"];
        graph.Nodes(type, [.. operands], outputs, [.. attributes]);
        foreach (string output in outputs)
            graph.Result(output, DataType.Float);
        byte[] model = ModelWriter.Model(graph, new Dictionary<string, string>()).ToByteArray();
        return (model, Filling.Numbers(Steps * Batch * Inputs, 5), Filling.Numbers(directions * Batch * Hidden, 6));
    }

    private static AttributeProto Reals(string name, float[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Floats };
        attribute.Floats.AddRange(values);
        return attribute;
    }

    private static float[] Swapped(float[] values, int first, int second, int width) =>
        [.. Enumerable.Range(0, second).SelectMany(b => Enumerable.Range(0, first).SelectMany(a => values.Skip(((a * second) + b) * width).Take(width)))];
}
