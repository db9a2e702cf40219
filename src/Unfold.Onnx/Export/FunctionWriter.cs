using Unfold.Cells.Graph;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Functions of one value as operators.</summary>
internal static class FunctionWriter
{
    /// <summary>Writes a function.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="operation">The function.</param>
    /// <param name="hint">What the result should be called.</param>
    /// <param name="x">The argument's name.</param>
    /// <param name="value">The slope, scale or lower bound of leaky_relu, elu, clip.</param>
    /// <param name="upper">The upper bound of clip.</param>
    /// <returns>The result's name; null where there is no operator for it.</returns>
    public static string? Write(GraphWriter graph, Operation operation, string hint, string x, float value = 0, float upper = 0)
    {
        switch (operation)
        {
            case Operation.Negate: return graph.Node("Neg", hint, [x]);
            case Operation.Sigmoid or Operation.Tanh or Operation.Relu or Operation.Softplus or Operation.Softsign or Operation.Exp or Operation.Log:
            case Operation.Sqrt or Operation.Abs or Operation.Sin or Operation.Cos or Operation.Sign:
                return graph.Node(operation.ToString(), hint, [x]);
            case Operation.LeakyRelu: return graph.Node("LeakyRelu", hint, [x], Attributes.Of("alpha", value));
            case Operation.Elu: return graph.Node("Elu", hint, [x], Attributes.Of("alpha", value));
            case Operation.Gelu: return graph.Node("Mul", hint, [x, NormalCdf(graph, hint, x)]);
            case Operation.NormalCdf: return NormalCdf(graph, hint, x);
            case Operation.Silu: return graph.Node("Mul", hint, [x, graph.Node("Sigmoid", hint + ".gate", [x])]);
            case Operation.HardSigmoid: return graph.Node("HardSigmoid", hint, [x], Attributes.Of("alpha", 1f / 6), Attributes.Of("beta", 0.5f));
            case Operation.Square: return graph.Node("Mul", hint, [x, x]);
            case Operation.Clip: return graph.Node("Clip", hint, [x, graph.Scalar(value), graph.Scalar(upper)]);
            case Operation.Step:
                return graph.Node("Cast", hint, [graph.Node("Greater", hint + ".above", [x, graph.Scalar(0)])], Attributes.Of("to", (long)DataType.Float));
            default: return null;
        }
    }

    /// <summary>(1 + erf(x / √2)) / 2.</summary>
    private static string NormalCdf(GraphWriter graph, string hint, string x)
    {
        string erf = graph.Node("Erf", hint + ".erf", [graph.Node("Mul", hint + ".scaled", [x, graph.Scalar((float)(1 / Math.Sqrt(2)))])]);
        return graph.Node("Mul", hint + ".cdf", [graph.Node("Add", hint + ".shifted", [erf, graph.Scalar(1)]), graph.Scalar(0.5f)]);
    }
}
