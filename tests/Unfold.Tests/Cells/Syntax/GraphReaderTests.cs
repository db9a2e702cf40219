using Unfold.Cells;
using Unfold.Cells.Graph;

namespace Unfold.Tests.Cells.Syntax;

public sealed class GraphReaderTests
{
    /// <summary>Values that differ, so that a wrong precedence or order gives another result.</summary>
    [Theory]
    [InlineData("h - c - k", 2.0 - 3 - 5)]
    [InlineData("h - (c - k)", 2.0 - (3 - 5))]
    [InlineData("h / c / k", 2.0 / 3 / 5)]
    [InlineData("h / c * k", 2.0 / 3 * 5)]
    [InlineData("h + c * k", 2.0 + 3 * 5)]
    [InlineData("-h * c - -k", -2.0 * 3 + 5)]
    [InlineData("2 * h - 3", 2 * 2.0 - 3)]
    [InlineData("h -\n c +\n\n k", 2.0 - 3 + 5)]
    [InlineData("(h\n + c\n) * k", (2.0 + 3) * 5)]
    [InlineData("-(h + c) / -k", 1.0)]
    [InlineData("max(h, c) - min(h,\n k)", 3.0 - 2)]
    [InlineData("clip(k, -1, 4) * leaky_relu(-h, 0.1)", 4 * -0.2)]
    [InlineData("half * k - clip(k, -half, half)", 2.0)]
    [InlineData("1e1 * .5 + 2.", 7.0)]
    public void ExpressionsAreReadAsArithmeticIsWritten(string expression, double expected)
    {
        Cell cell = Cell.Parse($"let half = 0.5\nc' = c\nk' = k\nh' = {expression}");
        var values = new Dictionary<string, double> { ["h"] = 2, ["c"] = 3, ["k"] = 5 };
        Assert.Equal(expected, Evaluate(cell.Graph.Output, values), 12);
    }

    [Fact]
    public void ProductsBindToTheRightAndTightest()
    {
        CellGraph graph = Cell.Parse("h' = A B x * c + D (h * c) - E tanh(F h)\nc' = c").Graph;
        Assert.Equal("((((A (B x)) * c) + (D (h * c))) - (E tanh((F h))))", Show(graph.Output));
    }

    [Fact]
    public void PrimedNamesAreNewAndPlainOnesOld()
    {
        CellGraph graph = Cell.Parse("c' = W x + c\nh' = c' - c").Graph;
        Assert.Equal("(((W x) + c) - c)", Show(graph.Output));
    }

    [Fact]
    public void DefinedNamesStayOnTheNodes()
    {
        CellGraph lstm = Cell.Named("lstm").Graph;
        Assert.Equal(["c'", "f", "g", "h'", "i", "o"], lstm.Nodes.Where(n => n.Inputs.Count > 0 && n.Name is not null).Select(n => n.Name!).Order(StringComparer.Ordinal));
        Assert.Equal(["x", "c", "h"], lstm.Nodes.Where(n => n.Operation is Operation.Input or Operation.State).Select(n => n.Name));
    }

    [Fact]
    public void TheOrderOfTheLinesDoesNotMatter()
    {
        string[] lines = [.. Cell.Named("lstm").Text.Split('\n').Where(l => l.Contains('='))];
        Cell backwards = Cell.Parse(string.Join("\n", lines.Reverse()));
        Assert.Equal(Show(Cell.Named("lstm").Graph.Output), Show(backwards.Graph.Output));
        Assert.Equal(["h", "c"], backwards.States.Select(s => s.Name));
    }

    [Fact]
    public void UnneededNodesAndParametersAreLeftOut()
    {
        Cell cell = Cell.Parse("a = V x + b\nh' = W x");
        Assert.Equal(["W"], cell.Parameters.Select(p => p.Name));
        Assert.DoesNotContain(cell.Graph.Nodes, n => n.Name is "a" or "V" or "b");
    }

    [Fact]
    public void EachRandomCallHasItsOwnPlace()
    {
        CellGraph graph = Cell.Parse("a = dropout(h, 0.5) + dropout(h, 0.5)\nh' = zoneout(a, h, 0.1)").Graph;
        Assert.Equal(
            [(0, MaskKind.DropoutOfSequence, 0.5), (1, MaskKind.DropoutOfSequence, 0.5), (2, MaskKind.ZoneoutOfStep, 0.1)],
            graph.Nodes.Where(n => n.Operation == Operation.Mask).Select(n => (n.Place, n.MaskKind, n.Value)));
    }

    [Fact]
    public void StatesKeepTheOrderOfTheTextAndAStateWithoutNextValueStays()
    {
        CellGraph graph = Cell.Parse("state k\na' = h\nh' = a + k").Graph;
        Assert.Equal(["k", "a", "h"], graph.States.Select(s => s.Name));
        Assert.Same(graph.States[0].Previous, graph.States[0].Next);
    }

    [Theory]
    [InlineData("h' = W x + V [x, x] + U h + Q [h, x] + P dot(h, h)", null)]
    [InlineData("h' = W x + V [x, x] + U h + Q [h, x]", "W glorot|V glorot|U orthogonal|Q glorot")]
    [InlineData("a = tanh(W x)\nh' = V a + U (a * h)", "W glorot|V glorot|U orthogonal")]
    [InlineData("h' = V k + h", "V orthogonal|k zeros")]
    [InlineData("h' = norm(U h) * g + b", "U orthogonal|g 1|b zeros")]
    [InlineData("h' = -g * h - b", "g 1|b zeros")]
    [InlineData("h' = g * h + g", "g zeros")]
    [InlineData("h' = h / g + tanh(b)", "g 1|b zeros")]
    [InlineData("scalar a, b\nh' = a * h + b", "a 1|b zeros")]
    [InlineData("h' = W x + b\ninit W, b = normal(0, 0.5)", "W normal(0, 0.5)|b normal(0, 0.5)")]
    [InlineData("h' = U h + b\ninit U = spectral_radius(0.9, 0.1)\ninit b = -1", "U spectral_radius(0.9, 0.1)|b -1")]
    [InlineData("h' = U h + b\ninit U = identity\ninit b = log_uniform(1, 20)", "U identity|b log_uniform(1, 20)")]
    [InlineData("h' = x\nW' = W x", null)]
    public void Initialisations(string text, string? expected)
    {
        CellCheck check = Cell.Check(text, "t.cell");
        if (expected is null)
            Assert.NotEmpty(check.Errors);
        else
            Assert.Equal(expected, string.Join("|", check.Cell!.Parameters.Select(p => $"{p.Name} {p.Initialization}")));
    }

    [Fact]
    public void FixedAndLearned()
    {
        Cell cell = Cell.Parse("h' = U h + W x + a\nc' = h\nd' = c\na = d\nfixed U\ninit h = learned\ninit c = -0.5");
        Assert.Equal([("U", false), ("W", true)], cell.Parameters.Select(p => (p.Name, p.Trained)));
        Assert.Equal(["learned (h0)", "-0.5", "zeros"], cell.States.Select(s => s.Initial));
        Assert.Equal([InitialState.Learned, InitialState.Constant, InitialState.Constant], cell.Graph.States.Select(s => s.Initial));
    }

    private static double Evaluate(Node node, Dictionary<string, double> values)
    {
        double In(int i) => Evaluate(node.Inputs[i], values);
        return node.Operation switch
        {
            Operation.State => values[node.Name!],
            Operation.Constant => node.Value,
            Operation.Negate => -In(0),
            Operation.Add => In(0) + In(1),
            Operation.Subtract => In(0) - In(1),
            Operation.Multiply => In(0) * In(1),
            Operation.Divide => In(0) / In(1),
            Operation.Minimum => Math.Min(In(0), In(1)),
            Operation.Maximum => Math.Max(In(0), In(1)),
            Operation.Clip => Math.Clamp(In(0), node.Value, node.Upper),
            Operation.LeakyRelu => In(0) > 0 ? In(0) : node.Value * In(0),
            Operation.Broadcast => In(0),
            _ => throw new InvalidOperationException(node.Operation.ToString()),
        };
    }

    private static string Show(Node node) => node.Operation switch
    {
        Operation.Add => $"({Show(node.Inputs[0])} + {Show(node.Inputs[1])})",
        Operation.Subtract => $"({Show(node.Inputs[0])} - {Show(node.Inputs[1])})",
        Operation.Multiply => $"({Show(node.Inputs[0])} * {Show(node.Inputs[1])})",
        Operation.Product => $"({Show(node.Inputs[0])} {Show(node.Inputs[1])})",
        _ when node.Inputs.Count == 1 => $"{node.Operation.ToString().ToLowerInvariant()}({Show(node.Inputs[0])})",
        _ => node.Name ?? node.Value.ToString(),
    };
}
