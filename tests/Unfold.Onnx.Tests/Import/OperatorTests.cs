using Google.Protobuf;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Onnx.Export;
using Unfold.Onnx.Import;
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
        ("power", 17, (g, y) => g.Node("Pow", "z", [g.Node("Exp", "e", [y]), g.Scalar(1.5f)]), true),
        ("square", 17, (g, y) => g.Node("Pow", "z", [y, g.Scalar(2)]), true),
        ("reciprocal", 17, (g, y) => g.Node("Reciprocal", "z", [g.Node("Exp", "e", [y])]), true),
        ("share of the sum", 17, (g, y) => g.Node("Div", "z", [y, g.Node("ReduceSum", "sum", [g.Node("Exp", "e", [y]), g.Integers(2)])]), true),
        ("greatest of an axis", 17, (g, y) => g.Node("ReduceMax", "z", [y], Attributes.Of("axes", [1])), true),
        ("least of all", 17, (g, y) => g.Node("ReduceMin", "z", [y]), true),
        ("where", 17, (g, y) => g.Node("Where", "z", [g.Node("Greater", "above", [y, g.Scalar(0.1f)]), y, g.Constant("column", [3, 1], Filling.Numbers(3, 3))]), true),
        ("the greater", 17, (g, y) => g.Node("Max", "z", [y, g.Constant("column", [3, 1], Filling.Numbers(3, 3)), g.Scalar(-0.2f)]), true),
        ("the less", 17, (g, y) => g.Node("Min", "z", [g.Scalar(0.2f), y]), true),
        ("products side by side", 17, (g, y) => g.Node("MatMul", "z", [y, g.Node("Transpose", "t", [y], Attributes.Of("perm", [0, 2, 1]))]), true),
        ("gelu by its parts", 17, (g, y) => g.Node("Mul", "z", [y, g.Node("Add", "one", [g.Node("Erf", "erf", [g.Node("Div", "d", [y, g.Scalar(1.41421356f)])]), g.Scalar(1)])]), true),
        ("gelu by tanh", 20, (g, y) => g.Node("Gelu", "z", [y], Attributes.Of("approximate", "tanh")), true),
        ("clip", 17, (g, y) => g.Node("Clip", "z", [y, g.Scalar(-0.43f), g.Scalar(0.55f)]), true),
        ("roots of logarithms", 17, (g, y) => g.Node("Sqrt", "z", [g.Node("Log", "l", [g.Node("Add", "a", [g.Node("Exp", "e", [y]), g.Scalar(1.5f)])])]), true),
        ("waves", 17, (g, y) => g.Node("Sub", "z", [g.Node("Sin", "s", [y]), g.Node("Cos", "c", [g.Node("Neg", "n", [y])])]), true),
        ("hard sigmoid", 17, (g, y) => g.Node("HardSigmoid", "z", [y], Attributes.Of("alpha", 0.7f)), true),
        ("hard swish", 17, (g, y) => g.Node("HardSwish", "z", [g.Node("Mul", "m", [y, g.Scalar(4)])]), true),
        ("selu", 17, (g, y) => g.Node("Selu", "z", [y]), true),
        ("steps in a body", 17, (g, y) => Steps(g, y), true),
        ("resize", 17, (g, y) => g.Node("Resize", "z", [y, "", g.Constant("scales", [3], [1, 1, 2])],
            Attributes.Of("mode", "nearest"), Attributes.Of("coordinate_transformation_mode", "asymmetric"), Attributes.Of("nearest_mode", "floor")), true),
        ("softsign", 17, (g, y) => g.Node("Softsign", "z", [g.Node("Abs", "a", [y])]), true),
        ("thresholded", 17, (g, y) => g.Node("ThresholdedRelu", "z", [y], Attributes.Of("alpha", -0.2f)), true),
        ("power of powers", 17, (g, y) => g.Node("Pow", "z", [g.Node("Exp", "e", [y]), Row(g, 6, 1)]), false),
        ("product with a shared bias", 17, (g, y) => g.Node("Gemm", "z", [g.Node("Reshape", "r", [y, g.Integers(6, 6)]), g.Constant("more", [6, 2], Filling.Numbers(12, 3)), g.Constant("one", [1], [0.5f])]), true),
        ("in another precision", 17, (g, y) => g.Node("Cast", "z", [g.Node("Exp", "e", [PathWriter.Double(g, y)])], Attributes.Of("to", (long)DataType.Float)), true),
        ("greatest", 17, (g, y) => { g.Nodes("TopK", [y, g.Integers(2)], ["values", "z"], Attributes.Of("axis", 1)); return "values"; }, true),
        ("least", 17, (g, y) => { g.Nodes("TopK", [y, g.Integers(4)], ["values", "places"], Attributes.Of("largest", 0)); return "values"; }, true),
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

    [Fact]
    public void AllThatComputesRealNumbersHasAGradientButForWhatTheDocumentNames() => Assert.Equal(
        ["And", "ArgMax", "Constant", "ConstantOfShape", "CumSum", "Einsum", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "Or", "PRelu", "Range", "ReduceSumSquare"],
        OperatorTable.All.Keys.Where(type => !OperatorTable.HasGradient(type)).Order(StringComparer.Ordinal));

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

    /// <summary>A Scan over the second axis whose body is no cell: the greater of what came before and the square of a step.</summary>
    private static string Steps(GraphWriter graph, string y)
    {
        GraphWriter body = graph.Inner("body");
        string state = body.Input("before", DataType.Float, 2, 6), step = body.Input("step", DataType.Float, 2, 6);
        string next = body.Node("Max", "next", [body.Node("Mul", "less", [state, graph.Scalar(0.9f)]), body.Node("Pow", "square", [step, graph.Scalar(2)])]);
        body.Result(next, DataType.Float);
        body.Result(body.Node("Identity", "given", [next]), DataType.Float);
        graph.Nodes("Scan", [graph.Constant("start", [2, 6], Filling.Numbers(12, 8)), y], ["last", "all"], Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", 1),
            Attributes.Of("scan_input_axes", [1]));
        return graph.Node("Concat", "z", [graph.Node("Unsqueeze", "u", ["last", graph.Integers(0)]), "all"], Attributes.Of("axis", 0));
    }

    private static string Row(GraphWriter graph, int length, int seed) => graph.Constant("row", [length], [.. Filling.Numbers(length, seed).Select(value => value + 1.5f)]);
}
