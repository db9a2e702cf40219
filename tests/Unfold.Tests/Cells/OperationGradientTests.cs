using Unfold.Cells.Graph;

namespace Unfold.Tests.Cells;

/// <summary>The local gradient of each operation, inside a recurrence, as the text wrote it and lowered.</summary>
public sealed class OperationGradientTests
{
    public static TheoryData<string> Functions { get; } =
    [
        "Negate", "Sigmoid", "Tanh", "Relu", "LeakyRelu", "Elu", "Gelu", "Silu", "Softplus", "Softsign", "HardSigmoid", "Exp", "Log", "Sqrt", "Abs", "Square",
        "Sin", "Cos", "Clip", "NormalCdf", "Step",
    ];

    [Theory]
    [MemberData(nameof(Functions))]
    public void A_function_of_a_vector(string name)
    {
        Operation operation = Enum.Parse<Operation>(name);
        bool positive = operation is Operation.Log or Operation.Sqrt;
        CellGraph graph = TestGraphs.Cell(name, (g, x, h) =>
        {
            Node a = TestGraphs.Affine(g, x, h);
            if (positive)
                a = g.Add(g.Constant(0.5), g.Unary(Operation.Square, a));
            Node y = operation == Operation.Clip ? g.Unary(operation, a, -0.3, 0.4) : g.Unary(operation, a, 0.2);
            return g.Multiply(g.Constant(0.5), y);
        });
        CheckBoth(graph);
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Subtract")]
    [InlineData("Multiply")]
    [InlineData("Divide")]
    [InlineData("Minimum")]
    [InlineData("Maximum")]
    public void An_operation_of_two_vectors_and_of_a_vector_with_a_trained_number(string name)
    {
        Operation operation = Enum.Parse<Operation>(name);
        CellGraph graph = TestGraphs.Cell(name, (g, x, h) =>
        {
            Node a = TestGraphs.Affine(g, x, h, "a"), b = g.Add(g.Constant(1.5), g.Unary(Operation.Tanh, TestGraphs.Affine(g, x, h, "b")));
            Node scale = g.Add(g.Constant(2), g.Leaf(Operation.Parameter, "beta"));
            Node y = g.Binary(operation, g.Binary(operation, a, b), scale);
            return g.Unary(Operation.Tanh, g.Add(y, g.Binary(operation, scale, b)));
        });
        CheckBoth(graph);
    }

    [Theory]
    [InlineData("norm")]
    [InlineData("softmax")]
    [InlineData("dot")]
    [InlineData("sum")]
    [InlineData("mean")]
    [InlineData("norm of norm")]
    public void An_operation_across_a_vector(string name)
    {
        CellGraph graph = TestGraphs.Cell(name, (g, x, h) =>
        {
            Node a = TestGraphs.Affine(g, x, h, "a"), b = TestGraphs.Affine(g, x, h, "b");
            return name switch
            {
                "norm" => g.Multiply(g.Norm(a), g.Unary(Operation.Sigmoid, b)),
                "softmax" => g.Multiply(g.Softmax(a), b),
                "dot" => g.Unary(Operation.Tanh, g.Multiply(g.Dot(a, b), h)),
                "sum" => g.Unary(Operation.Tanh, g.Add(g.Reduce(Operation.Sum, a), b)),
                "mean" => g.Unary(Operation.Tanh, g.Multiply(g.Reduce(Operation.Mean, a), b)),
                _ => g.Unary(Operation.Tanh, g.Multiply(g.Norm(g.Multiply(b, g.Norm(a))), g.Norm(g.Unary(Operation.Square, a)))),
            };
        });
        CheckBoth(graph);
    }

    [Fact]
    public void A_matrix_times_a_concatenation()
    {
        CellGraph graph = TestGraphs.Cell("concat", (g, x, h) =>
        {
            Node matrix = g.Leaf(Operation.Parameter, "W", Dimension.Hidden, Dimension.Input + Dimension.Hidden + Dimension.Of(0) + Dimension.Hidden);
            return g.Unary(Operation.Tanh, g.Product(matrix, g.Concat(h, x, g.Unary(Operation.Sin, h))));
        });
        CheckBoth(graph);
        Assert.DoesNotContain(Lowering.Lower(graph).Nodes, n => n.Operation == Operation.Concat);
    }

    [Fact]
    public void A_slice_of_a_concatenation()
    {
        CellGraph graph = TestGraphs.Cell("slice", (g, x, h) =>
        {
            Node both = g.Concat(h, x, h);
            return g.Unary(Operation.Tanh, g.Multiply(
                g.Slice(both, Dimension.Hidden + Dimension.Input, Dimension.Hidden), TestGraphs.Affine(g, g.Slice(both, Dimension.Hidden, Dimension.Input), h)));
        });
        CheckBoth(graph);
    }

    [Fact]
    public void A_state_that_is_a_matrix_written_by_an_outer_product_and_read_by_each_sequence()
    {
        var g = new GraphBuilder();
        Dimension m = Dimension.Named("m");
        Node x = g.Leaf(Operation.Input, "x", Dimension.Input), h = g.Leaf(Operation.State, "h", Dimension.Hidden);
        Node memory = g.Leaf(Operation.State, "M", Dimension.Hidden, m);
        Node key = g.Unary(Operation.Tanh, g.Product(g.Leaf(Operation.Parameter, "K", m, Dimension.Input), x));
        Node written = g.Add(g.Multiply(g.Leaf(Operation.Parameter, "decay"), memory), g.Outer(h, key));
        Node read = g.Product(written, key);
        Node back = g.Product(g.Transpose(written), h);
        Node next = g.Unary(Operation.Tanh, g.Add(TestGraphs.Affine(g, x, read), g.Product(g.Leaf(Operation.Parameter, "V", Dimension.Hidden, m), back)));
        CellGraph graph = TestGraphs.Finish(
            g, "fast weights", x, next,
            new StateVariable("h", h, next, InitialState.Constant, 0), new StateVariable("M", memory, written, InitialState.Constant, 0));
        CheckBoth(graph with { Sizes = new Dictionary<string, int>(StringComparer.Ordinal) { ["m"] = 3 } });
    }

    [Fact]
    public void A_state_that_only_delays_another_and_one_that_never_changes()
    {
        var g = new GraphBuilder();
        Node x = g.Leaf(Operation.Input, "x", Dimension.Input);
        Node h = g.Leaf(Operation.State, "h", Dimension.Hidden), old = g.Leaf(Operation.State, "old", Dimension.Hidden);
        Node start = g.Leaf(Operation.State, "start", Dimension.Hidden), last = g.Leaf(Operation.State, "last", Dimension.Input);
        Node next = g.Unary(Operation.Tanh, g.Add(TestGraphs.Affine(g, x, old), g.Multiply(start, g.Product(TestGraphs.Matrix(g, "V", Dimension.Input), last))));
        CheckBoth(TestGraphs.Finish(
            g, "delay", x, next, new StateVariable("h", h, next, InitialState.Constant, 0), new StateVariable("old", old, h, InitialState.Learned, 0),
            new StateVariable("start", start, start, InitialState.Learned, 0), new StateVariable("last", last, x, InitialState.Constant, 0)));
    }

    [Fact]
    public void A_fixed_parameter_gets_no_gradient_and_the_others_do()
    {
        CellGraph graph = TestGraphs.Cell("fixed", (g, x, h) => g.Unary(Operation.Tanh, TestGraphs.Affine(g, x, h)));
        CheckBoth(graph with { Parameters = [.. graph.Parameters.Select(p => p with { Trained = p.Name != "U" })] });
    }

    [Fact]
    public void Lstm_with_a_learned_initial_state() => CheckBoth(TestGraphs.Lstm());

    private static void CheckBoth(CellGraph graph)
    {
        CellGraph lowered = Lowering.Lower(graph);
        foreach (int steps in new[] { 0, 1, 2, 5 })
        {
            GradientCheck.Run(graph, steps);
            GradientCheck.Run(lowered, steps);
        }
    }
}
