using Unfold.Cells.Graph;

namespace Unfold.Tests.Cells;

/// <summary>Graphs made by hand, also with operations that no text reaches yet.</summary>
internal static class TestGraphs
{
    /// <summary>h' = body(builder, x, h) with h of size H.</summary>
    public static CellGraph Cell(string name, Func<GraphBuilder, Node, Node, Node> body)
    {
        var g = new GraphBuilder();
        Node x = g.Leaf(Operation.Input, "x", Dimension.Input), h = g.Leaf(Operation.State, "h", Dimension.Hidden);
        Node next = body(g, x, h);
        return Finish(g, name, x, next, new StateVariable("h", h, next, InitialState.Constant, 0));
    }

    /// <summary>W x + U h + b, of size H.</summary>
    public static Node Affine(GraphBuilder g, Node x, Node h, string suffix = "") =>
        g.Add(
            g.Add(g.Product(Matrix(g, "W" + suffix, Dimension.Input), x), g.Product(Matrix(g, "U" + suffix, Dimension.Hidden), h)),
            g.Leaf(Operation.Parameter, "b" + suffix, Dimension.Hidden));

    /// <summary>A parameter of H rows.</summary>
    public static Node Matrix(GraphBuilder g, string name, Dimension columns) => g.Leaf(Operation.Parameter, name, Dimension.Hidden, columns);

    public static CellGraph Finish(GraphBuilder g, string name, Node x, Node output, params StateVariable[] states) =>
        new(name, g.Nodes, x, output, states,
            [.. g.Nodes.Where(n => n.Operation == Operation.Parameter).Select(n => new ParameterVariable(n.Name!, n, new Initialization(InitializationKind.Zeros), true))],
            new Dictionary<string, int>(StringComparer.Ordinal));

    public static CellGraph Lstm()
    {
        var g = new GraphBuilder();
        Node x = g.Leaf(Operation.Input, "x", Dimension.Input);
        Node h = g.Leaf(Operation.State, "h", Dimension.Hidden), c = g.Leaf(Operation.State, "c", Dimension.Hidden);
        Node f = g.Unary(Operation.Sigmoid, Affine(g, x, h, "f")), i = g.Unary(Operation.Sigmoid, Affine(g, x, h, "i"));
        Node cell = g.Unary(Operation.Tanh, Affine(g, x, h, "g")), o = g.Unary(Operation.Sigmoid, Affine(g, x, h, "o"));
        Node nextC = g.Add(g.Multiply(f, c), g.Multiply(i, cell));
        Node nextH = g.Multiply(o, g.Unary(Operation.Tanh, nextC));
        (f.Name, i.Name, cell.Name, o.Name) = ("f", "i", "g", "o");
        return Finish(g, "lstm", x, nextH,
            new StateVariable("c", c, nextC, InitialState.Constant, 0), new StateVariable("h", h, nextH, InitialState.Learned, 0));
    }

    /// <summary>PyTorch's gated recurrent unit: the reset gate after the product.</summary>
    public static CellGraph Gru() => Cell("gru_reset_after", (g, x, h) =>
    {
        Node r = g.Unary(Operation.Sigmoid, Affine(g, x, h, "r")), z = g.Unary(Operation.Sigmoid, Affine(g, x, h, "z"));
        Node inner = g.Add(g.Product(Matrix(g, "Un", Dimension.Hidden), h), g.Leaf(Operation.Parameter, "cn", Dimension.Hidden));
        Node outer = g.Add(g.Product(Matrix(g, "Wn", Dimension.Input), x), g.Leaf(Operation.Parameter, "bn", Dimension.Hidden));
        Node n = g.Unary(Operation.Tanh, g.Add(outer, g.Multiply(r, inner)));
        (r.Name, z.Name, n.Name) = ("r", "z", "n");
        return g.Add(g.Multiply(g.Subtract(g.Constant(1), z), n), g.Multiply(z, h));
    });
}
