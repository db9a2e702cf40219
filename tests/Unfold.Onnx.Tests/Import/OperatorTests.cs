using Google.Protobuf;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Onnx.Export;
using Unfold.Onnx.Protocol;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Tests.Import;

/// <summary>Operators behind a product with trained weights: they give what ONNX Runtime gives, and the gradient is the slope.</summary>
public sealed class OperatorTests
{
    /// <summary>The version, what is made of y [2, 3, 6], and whether a gradient goes through it.</summary>
    private static readonly (string Name, int Opset, Func<GraphWriter, string, string> Write, bool HasGradient)[] Cases =
    [
        ("instance norm", 17, (g, y) => g.Node("InstanceNormalization", "z", [y, Row(g, 3, 1), Row(g, 3, 2)], Attributes.Of("epsilon", 1e-3f)), true),
        ("group norm by channel", 21, (g, y) => g.Node("GroupNormalization", "z", [g.Node("Transpose", "t", [y], Attributes.Of("perm", [0, 2, 1])), Row(g, 6, 1), Row(g, 6, 2)], Attributes.Of("num_groups", 2)), true),
        ("group norm by group", 18, (g, y) => g.Node("GroupNormalization", "z", [g.Node("Transpose", "t", [y], Attributes.Of("perm", [0, 2, 1])), Row(g, 3, 1), Row(g, 3, 2)], Attributes.Of("num_groups", 3)), true),
        ("root mean square norm", 23, (g, y) => g.Node("RMSNormalization", "z", [y, Row(g, 6, 1)], Attributes.Of("axis", -1)), true),
        ("pad with a number", 18, (g, y) => g.Node("Pad", "z", [y, g.Integers(1, 0, -2, 0, 2, 1), g.Scalar(0.5f)]), true),
        ("pad by reflection", 18, (g, y) => g.Node("Pad", "z", [y, g.Integers(2, 4, 1, 5), "", g.Integers(1, -1)], Attributes.Of("mode", "reflect")), true),
        ("pad with the edge", 18, (g, y) => g.Node("Pad", "z", [y, g.Integers(1, 2, 0, 3), "", g.Integers(0, 2)], Attributes.Of("mode", "edge")), true),
        ("pad around", 19, (g, y) => g.Node("Pad", "z", [y, g.Integers(2, 1, 1, 3), "", g.Integers(1, 2)], Attributes.Of("mode", "wrap")), true),
        ("slice", 17, (g, y) => g.Node("Slice", "z", [y, g.Integers(-1, 0), g.Integers(-9, 5), g.Integers(1, 2), g.Integers(-1, 2)]), true),
        ("split", 17, (g, y) => { g.Nodes("Split", [y, g.Integers(2, 4)], ["a", "b"], Attributes.Of("axis", 2)); return "b"; }, true),
        ("expand", 17, (g, y) => g.Node("Expand", "z", [g.Node("Unsqueeze", "u", [y, g.Integers(1)]), g.Integers(2, 4, 3, 6)]), true),
        ("concat", 17, (g, y) => g.Node("Concat", "z", [y, g.Constant("more", [2, 2, 6], Filling.Numbers(24, 3)), y], Attributes.Of("axis", 1)), true),
        ("gather", 17, (g, y) => g.Node("Gather", "z", [y, g.Integers(5, 0, 5)], Attributes.Of("axis", 2)), true),
        ("reverse", 17, (g, y) => g.Node("ReverseSequence", "z", [y, g.Integers(2, 3)], Attributes.Of("batch_axis", 0), Attributes.Of("time_axis", 1)), true),
        ("mean", 17, (g, y) => g.Node("ReduceMean", "z", [y], Attributes.Of("axes", [0, 2]), Attributes.Of("keepdims", 0)), true),
        ("sum", 17, (g, y) => g.Node("ReduceSum", "z", [y, g.Integers(1)]), true),
        ("share", 17, (g, y) => g.Node("Div", "z", [y, Row(g, 6, 1)]), true),
        ("sum of different shapes", 17, (g, y) => g.Node("Add", "z", [g.Node("ReduceMean", "m", [y], Attributes.Of("axes", [1])), y]), true),
        ("product of different shapes", 17, (g, y) => g.Node("Mul", "z", [y, g.Constant("column", [3, 1], Filling.Numbers(3, 3))]), true),
        ("difference of different shapes", 17, (g, y) => g.Node("Sub", "z", [g.Constant("column", [3, 1], Filling.Numbers(3, 3)), y]), true),
        ("einsum", 17, (g, y) => g.Node("Einsum", "z", [y, g.Constant("more", [6, 5], Filling.Numbers(30, 3))], Attributes.Of("equation", "...i, ij -> j...")), false),
        ("einsum without a result", 17, (g, y) => g.Node("Einsum", "z", [y, y], Attributes.Of("equation", "bij,bkj")), false),
        ("power", 17, (g, y) => g.Node("Pow", "z", [g.Node("Abs", "a", [y]), g.Scalar(1.5f)]), false),
        ("reciprocal", 17, (g, y) => g.Node("Reciprocal", "z", [g.Node("Exp", "e", [y])]), false),
        ("greatest", 17, (g, y) => { g.Nodes("TopK", [y, g.Integers(2)], ["values", "z"], Attributes.Of("axis", 1)); return "values"; }, false),
        ("least", 17, (g, y) => { g.Nodes("TopK", [y, g.Integers(4)], ["values", "places"], Attributes.Of("largest", 0)); return "values"; }, false),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(one => one.Name)];

    [RuntimeTheory]
    [MemberData(nameof(Names))]
    public void AnOperatorGivesTheSameNumbers(string name)
    {
        using TemporaryFile file = new();
        OnnxNetwork network = Network(name, file.Path);
        Tensor x = Filling.Tensor(1, 2, 3, 4);
        OnnxTensor found = network.Run(new Dictionary<string, OnnxTensor> { ["x"] = new(x) })["out"];
        OnnxRuntime.Run(file.Path, ("x", Value.Of([2, 3, 4], x.Values)))["out"].AssertNear(name, [.. found.Shape], found.Real.Values);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheGradientIsTheSlope(string name)
    {
        using TemporaryFile file = new();
        OnnxNetwork network = Network(name, file.Path);
        Dictionary<string, OnnxTensor> inputs = new() { ["x"] = new(Filling.Tensor(1, 2, 3, 4)) };
        Tape tape = new();
        if (!Cases.Single(one => one.Name == name).HasGradient)
        {
            Assert.Contains("no gradient", Assert.Throws<InputException>(() => network.Forward(tape, inputs)).Message);
            return;
        }

        network.Parameters.ZeroGradients();
        Tensor z = network.Forward(tape, inputs)["out"].Real, weights = Tensor.From(Filling.Numbers(z.Shape.Length, 9), z.Shape);
        tape.Backward(tape.Sum(tape.Multiply(z, weights)));
        Assert.NotEmpty(network.Parameters.All);
        foreach (Parameter parameter in network.Parameters.All)
        {
            for (int i = 0; i < parameter.Shape.Length; i += 5)
            {
                const float Step = 1e-2f;
                double slope = (Loss(parameter, i, Step) - Loss(parameter, i, -Step)) / (2 * Step);
                Assert.True(Math.Abs(slope - parameter.Gradient.Values[i]) <= 2e-3 + (5e-3 * Math.Abs(slope)), $"{parameter.Name}[{i}]: {parameter.Gradient.Values[i]} should be {slope}");
            }
        }

        double Loss(Parameter parameter, int element, float step)
        {
            float before = parameter.Value.Values[element];
            parameter.Value.Span[element] = before + step;
            network.Parameters.Touch();
            ReadOnlySpan<float> values = network.Run(inputs)["out"].Real.Values;
            double sum = 0;
            for (int i = 0; i < values.Length; i++)
                sum += (double)values[i] * weights.Values[i];
            parameter.Value.Span[element] = before;
            return sum;
        }
    }

    private static OnnxNetwork Network(string name, string path)
    {
        (_, int opset, Func<GraphWriter, string, string> write, _) = Cases.Single(one => one.Name == name);
        GraphWriter graph = new("g");
        string x = graph.Input("x", DataType.Float, 2, 3, 4);
        string y = graph.Node("MatMul", "y", [x, graph.Constant("weight", [4, 6], Filling.Numbers(24, 4))]);
        graph.Graph.Output.Add(new ValueInfoProto { Name = "out", Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = DataType.Float } } });
        graph.Nodes("Identity", [write(graph, y)], ["out"]);
        ModelProto model = ModelWriter.Model(graph, new Dictionary<string, string>(StringComparer.Ordinal));
        model.OpsetImport[0].Version = opset;
        File.WriteAllBytes(path, model.ToByteArray());
        return OnnxNetwork.Load(path);
    }

    private static string Row(GraphWriter graph, int length, int seed) => graph.Constant("row", [length], [.. Filling.Numbers(length, seed).Select(value => value + 1.5f)]);
}
