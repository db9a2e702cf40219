using System.Globalization;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Import;

/// <summary>An operator of a Scan's body as an expression in the language of cells.</summary>
internal static class ScanExpression
{
    /// <summary>The expression; null where a cell has none for it.</summary>
    /// <param name="node">The operator.</param>
    /// <param name="operands">What it reads, as names or numbers; null for what is no operand of a cell.</param>
    /// <param name="constants">The constants that the body sees.</param>
    public static string? Of(NodeProto node, string?[] operands, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        if (operands is not [string a, ..])
            return null;
        string? b = operands.Length > 1 ? operands[1] : null;
        float Real(string name, float absent) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.F ?? absent;
        switch (node.OpType)
        {
            case "Add": return b is null ? null : $"{a} + {b}";
            case "Sub": return b is null ? null : $"{a} - {b}";
            case "Mul": return b is null ? null : $"{a} * {b}";
            case "Div": return b is null ? null : $"{a} / {b}";
            case "Max": return b is null ? null : $"max({a}, {b})";
            case "Min": return b is null ? null : $"min({a}, {b})";
            case "Neg": return $"-{a}";
            case "Sigmoid" or "Tanh" or "Relu" or "Softplus" or "Softsign" or "Exp" or "Log" or "Sqrt" or "Abs" or "Sin" or "Cos": return $"{node.OpType.ToLowerInvariant()}({a})";
            case "LeakyRelu": return $"leaky_relu({a}, {Number(Real("alpha", 0.01f))})";
            case "Elu" when Real("alpha", 1) == 1: return $"elu({a})";
            case "HardSigmoid": return $"clip({Factor(Real("alpha", 0.2f))} * {a} + {Factor(Real("beta", 0.5f))}, 0, 1)";
            case "Greater" when b == "0": return $"step({a})";
            case "Cast" when (TensorProto.Types.DataType)(node.Attribute.FirstOrDefault(one => one.Name == "to")?.I ?? 0) == TensorProto.Types.DataType.Float: return a;
            case "ThresholdedRelu": return $"{a} * step({a} - {Factor(Real("alpha", 1))})";
            case "ReduceMean" when IsAcross(node, constants): return $"mean({a})";
            case "ReduceSum" when IsAcross(node, constants): return $"sum({a})";
            case "Concat": return operands.All(part => part is not null) ? $"[{string.Join(", ", operands)}]" : null;
            default: return null;
        }
    }

    /// <summary>Whether a reduction is over the elements of a vector, which is kept as one number.</summary>
    private static bool IsAcross(NodeProto node, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        long[] axes = node.Attribute.FirstOrDefault(attribute => attribute.Name == "axes") is AttributeProto attribute ? [.. attribute.Ints]
            : node.Input.Count > 1 && constants.GetValueOrDefault(node.Input[1]) is { IsWhole: true } given ? given.Integers : [];
        return axes is [1 or -1] && (node.Attribute.FirstOrDefault(one => one.Name == "keepdims")?.I ?? 1) == 1;
    }

    /// <summary>A number as an operand.</summary>
    public static string Factor(float value) => value < 0 ? $"(-{Number(-value)})" : Number(value);

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e').Replace("e+", "e", StringComparison.Ordinal);
}
