using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>The language's calls, found again in the graph: those of one node, and those that the graph builds from several.</summary>
internal static class Idioms
{
    /// <summary>The call that a node is, or null.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">Names of nodes; a part that has one is not looked into.</param>
    /// <param name="withMasks">Whether factors that are masks are read as dropout and zoneout.</param>
    public static (string Function, Node[] Arguments, double[] Numbers)? Call(Node node, Func<Node, string?> name, bool withMasks)
    {
        if (node.Inputs.Count == 0)
            return null;
        Node first = node.Inputs[0];
        switch (node.Operation)
        {
            case Operation.LeakyRelu: return ("leaky_relu", [first], [node.Value]);
            case Operation.Elu: return ("elu", [first], node.Value == 1 ? [] : [node.Value]);
            case Operation.Clip: return ("clip", [first], [node.Value, node.Upper]);
            case Operation.Minimum: return ("min", [.. node.Inputs], []);
            case Operation.Maximum: return ("max", [.. node.Inputs], []);
            case Operation.NormalizeAdjoint: return ("norm_gradient", [first, node.Inputs[1]], []);
            case Operation.Sum when first.Operation == Operation.Multiply && name(first) is null: return ("dot", [.. first.Inputs], []);
            case Operation.Divide when IsSoftmax(node): return ("softmax", [first.Inputs[0].Inputs[0]], []);
            case Operation.Multiply when withMasks && OfDropout(node) is (Node kept, Node mask): return ("dropout", [kept], [mask.Value]);
            case Operation.Add when withMasks && OfZoneout(node) is (Node next, Node old, Node mask): return ("zoneout", [next, old], [mask.Value]);
            default: return FunctionName(node.Operation) is string function ? (function, [first], []) : null;
        }
    }

    /// <summary>The word for an operation of one value without numbers; null for any other.</summary>
    public static string? FunctionName(Operation operation) => operation switch
    {
        Operation.Sigmoid => "sigmoid",
        Operation.Tanh => "tanh",
        Operation.Relu => "relu",
        Operation.Gelu => "gelu",
        Operation.Silu => "silu",
        Operation.Softplus => "softplus",
        Operation.Softsign => "softsign",
        Operation.HardSigmoid => "hard_sigmoid",
        Operation.Exp => "exp",
        Operation.Log => "log",
        Operation.Sqrt => "sqrt",
        Operation.Abs => "abs",
        Operation.Square => "square",
        Operation.Sin => "sin",
        Operation.Cos => "cos",
        Operation.Step => "step",
        Operation.Sign => "sign",
        Operation.NormalCdf => "normal_cdf",
        Operation.Sum => "sum",
        Operation.Mean => "mean",
        Operation.RowMaximum => "maximum",
        Operation.Normalize => "norm",
        _ => null,
    };

    /// <summary>exp(v - max(v)) / sum of the same.</summary>
    private static bool IsSoftmax(Node node)
    {
        Node e = node.Inputs[0], sum = node.Inputs[1];
        return e.Operation == Operation.Exp && sum.Operation == Operation.Sum && sum.Inputs[0] == e
            && e.Inputs[0].Operation == Operation.Subtract && e.Inputs[0].Inputs[1].Operation == Operation.RowMaximum
            && e.Inputs[0].Inputs[1].Inputs[0] == e.Inputs[0].Inputs[0];
    }

    private static (Node Kept, Node Mask)? OfDropout(Node node)
    {
        foreach ((int mask, int kept) in new[] { (0, 1), (1, 0) })
        {
            if (node.Inputs[mask] is { Operation: Operation.Mask, MaskKind: MaskKind.DropoutOfSequence } factor)
                return (node.Inputs[kept], factor);
        }

        return null;
    }

    /// <summary>mask * old + (1 - mask) * new, in any order.</summary>
    private static (Node New, Node Old, Node Mask)? OfZoneout(Node node)
    {
        foreach ((int one, int other) in new[] { (0, 1), (1, 0) })
        {
            if (Factors(node.Inputs[one], IsMask) is (Node mask, Node old)
                && Factors(node.Inputs[other], n => IsComplement(n, mask)) is (_, Node next))
                return (next, old, mask);
        }

        return null;

        static bool IsMask(Node node) => node is { Operation: Operation.Mask, MaskKind: MaskKind.ZoneoutOfStep };

        static bool IsComplement(Node node, Node mask) =>
            node.Operation == Operation.Subtract && node.Inputs[0] is { Operation: Operation.Constant, Value: 1 } && node.Inputs[1] == mask;

        static (Node Found, Node Other)? Factors(Node product, Func<Node, bool> wanted) =>
            product.Operation != Operation.Multiply ? null
            : wanted(product.Inputs[0]) ? (product.Inputs[0], product.Inputs[1])
            : wanted(product.Inputs[1]) ? (product.Inputs[1], product.Inputs[0])
            : null;
    }
}
