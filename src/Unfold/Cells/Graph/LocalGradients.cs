namespace Unfold.Cells.Graph;

/// <summary>
/// The table that reverse mode walks: for each operation, what its result's gradient <c>d</c> contributes to each operand's. Written in terms of the
/// result <c>y</c> where that is possible, so that only results need to be kept. Everything derives from this table; no cell has a gradient of its own.
/// </summary>
internal static class LocalGradients
{
    private const double InverseSqrtTwoPi = 0.3989422804014327;

    /// <summary>The contributions to each operand's gradient; null where there is none.</summary>
    public static Node?[] Of(GraphBuilder g, Node y, Node d)
    {
        Node x = y.Inputs[0];
        Node one = g.Constant(1);
        switch (y.Operation)
        {
            case Operation.Negate: return [g.Unary(Operation.Negate, d)];
            case Operation.Sigmoid: return [g.Multiply(d, g.Multiply(y, g.Subtract(one, y)))];
            case Operation.Tanh: return [g.Multiply(d, g.Subtract(one, g.Unary(Operation.Square, y)))];
            case Operation.Relu: return [g.Multiply(d, g.Unary(Operation.Step, y))];
            case Operation.LeakyRelu: return [g.Multiply(d, Choose(g, g.Unary(Operation.Step, x), one, g.Constant(y.Value)))];
            case Operation.Elu: return [g.Multiply(d, Choose(g, g.Unary(Operation.Step, x), one, g.Add(y, g.Constant(y.Value))))];
            case Operation.Gelu: return [g.Multiply(d, g.Add(g.Unary(Operation.NormalCdf, x), g.Multiply(x, NormalDensity(g, x))))];
            case Operation.Silu:
                Node s = g.Unary(Operation.Sigmoid, x);
                return [g.Multiply(d, g.Multiply(s, g.Add(one, g.Multiply(x, g.Subtract(one, s)))))];
            case Operation.Softplus: return [g.Multiply(d, g.Unary(Operation.Sigmoid, x))];
            case Operation.Softsign: return [g.Multiply(d, g.Unary(Operation.Square, g.Subtract(one, g.Unary(Operation.Abs, y))))];
            case Operation.HardSigmoid:
                return [g.Multiply(d, g.Multiply(g.Constant(1.0 / 6), g.Multiply(g.Unary(Operation.Step, y), g.Unary(Operation.Step, g.Subtract(one, y)))))];
            case Operation.Exp: return [g.Multiply(d, y)];
            case Operation.Log: return [g.Divide(d, x)];
            case Operation.Sqrt: return [g.Divide(g.Multiply(g.Constant(0.5), d), y)];
            case Operation.Abs: return [g.Multiply(d, g.Unary(Operation.Sign, x))];
            case Operation.Square: return [g.Multiply(d, g.Multiply(g.Constant(2), x))];
            case Operation.Sin: return [g.Multiply(d, g.Unary(Operation.Cos, x))];
            case Operation.Cos: return [g.Unary(Operation.Negate, g.Multiply(d, g.Unary(Operation.Sin, x)))];
            case Operation.Clip:
                return [g.Multiply(d, g.Multiply(
                    g.Binary(Operation.GreaterOrEqual, x, g.Constant(y.Value)),
                    g.Binary(Operation.GreaterOrEqual, g.Constant(y.Upper), x)))];
            case Operation.NormalCdf: return [g.Multiply(d, NormalDensity(g, x))];
            case Operation.Step or Operation.Sign or Operation.RowMaximum or Operation.InverseCount: return [null];
            case Operation.Sum: return [g.Broadcast(d, x)];
            case Operation.Mean: return [g.Broadcast(g.Multiply(d, g.Reduce(Operation.InverseCount, x)), x)];
            case Operation.Normalize: return [g.NormGradient(d, y)];
            case Operation.Broadcast: return [g.Reduce(Operation.Sum, d)];
            case Operation.Transpose: return [g.Transpose(d)];
            case Operation.Slice: return [Pad(g, y, x, d)];
            case Operation.Concat: return OfConcat(g, y, d);
            default: return OfTwo(g, y, x, y.Inputs[1], d);
        }
    }

    private static Node?[] OfTwo(GraphBuilder g, Node y, Node a, Node b, Node d)
    {
        switch (y.Operation)
        {
            case Operation.Add: return [d, d];
            case Operation.Subtract: return [d, g.Unary(Operation.Negate, d)];
            case Operation.Multiply: return [g.Multiply(d, b), g.Multiply(d, a)];
            case Operation.Divide: return [g.Divide(d, b), g.Unary(Operation.Negate, g.Multiply(d, g.Divide(y, b)))];
            case Operation.Minimum:
                Node left = g.Binary(Operation.GreaterOrEqual, b, a);
                return [g.Multiply(d, left), g.Multiply(d, g.Subtract(g.Constant(1), left))];
            case Operation.Maximum:
                Node larger = g.Binary(Operation.GreaterOrEqual, a, b);
                return [g.Multiply(d, larger), g.Multiply(d, g.Subtract(g.Constant(1), larger))];
            case Operation.GreaterOrEqual: return [null, null];
            case Operation.Product: return [g.Outer(d, b), g.Product(g.Transpose(a), d)];
            case Operation.Outer: return [g.Product(d, b), g.Product(g.Transpose(d), a)];
            default: throw new InvalidOperationException($"No local gradient for {y.Operation}.");
        }
    }

    private static Node?[] OfConcat(GraphBuilder g, Node y, Node d)
    {
        var parts = new Node?[y.Inputs.Count];
        Dimension offset = Dimension.Of(0);
        for (int i = 0; i < parts.Length; i++)
        {
            Dimension length = y.Inputs[i].Shape[0];
            parts[i] = g.Slice(d, offset, length);
            offset += length;
        }

        return parts;
    }

    /// <summary>A slice's gradient, with zeros where the slice did not reach. Only slices of a concatenation occur, so the parts before are known.</summary>
    private static Node Pad(GraphBuilder g, Node y, Node x, Node d)
    {
        if (x.Operation != Operation.Concat)
            throw new InvalidOperationException("Only a concatenation is sliced.");
        Dimension offset = Dimension.Of(0);
        var parts = new Node[x.Inputs.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = offset.Equals(y.Offset) ? d : g.Broadcast(g.Constant(0), x.Inputs[i]);
            offset += x.Inputs[i].Shape[0];
        }

        return g.Concat(parts);
    }

    private static Node Choose(GraphBuilder g, Node condition, Node yes, Node no) =>
        g.Add(g.Multiply(condition, yes), g.Multiply(g.Subtract(g.Constant(1), condition), no));

    private static Node NormalDensity(GraphBuilder g, Node x) =>
        g.Multiply(g.Constant(InverseSqrtTwoPi), g.Unary(Operation.Exp, g.Multiply(g.Constant(-0.5), g.Unary(Operation.Square, x))));
}
