using Unfold.Cells.Graph;
using Unfold.Cells.Reference;

namespace Unfold.Tests.Cells.Reference;

public sealed class InterpreterTests
{
    /// <summary>Delays its input by a step, so that every value can be said by hand.</summary>
    private static CellGraph Delay()
    {
        var g = new GraphBuilder();
        Node x = g.Leaf(Operation.Input, "x", Dimension.Input), h = g.Leaf(Operation.State, "h", Dimension.Input);
        return TestGraphs.Finish(g, "delay", x, g.Multiply(g.Constant(10), h), new StateVariable("h", h, x, InitialState.Constant, 7));
    }

    [Fact]
    public void States_have_a_row_before_the_first_step_and_one_after_the_last()
    {
        var interpreter = new Interpreter<float>(Delay(), Delay().SizesFor(1, 1), new Dictionary<string, float[]>(StringComparer.Ordinal));
        Run<float> run = interpreter.Forward([1, 2, 3, 4, 5, 6], steps: 3, sequences: 2, [new float[] { -1, -2 }]);
        Assert.Equal([-10, -20, 10, 20, 30, 40], run.Output);
        Assert.Equal([-1, -2, 1, 2, 3, 4, 5, 6], run.States[0]);
        Assert.Equal([7, 7], interpreter.Forward([], 0, 2).States[0]);

        Gradients<float> gradients = interpreter.Backward(run, [1, 2, 3, 4, 5, 6], [new float[] { 0.5f, 0.25f }]);
        Assert.Equal([10, 20], gradients.Initial[0]);
        Assert.Equal([30, 40, 50, 60, 0.5f, 0.25f], gradients.Input);
    }

    [Fact]
    public void Splitting_a_sequence_and_carrying_the_state_changes_nothing_masks_included()
    {
        CellGraph graph = Masked();
        IReadOnlyDictionary<string, int> sizes = graph.SizesFor(2, 3);
        var random = new Random(3);
        var parameters = graph.Parameters.ToDictionary(p => p.Name, p => Draw(NodeFunctions<double>.Length(p.Node, sizes)), StringComparer.Ordinal);
        double[] x = Draw(5 * 2 * 2);

        Run<double> whole = At(0).Forward(x, 5, 2);
        Run<double> first = At(0).Forward(x[..8], 2, 2);
        Run<double> second = At(2).Forward(x[8..], 3, 2, [first.States[0][^6..]]);

        Assert.Equal(whole.Output, first.Output.Concat(second.Output).ToArray());

        double[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];

        Interpreter<double> At(ulong step) => new(graph, sizes, parameters, new CountedMasks(9, 4, [11, 12], step));
    }

    [Fact]
    public void Outside_training_a_dropout_mask_is_one_and_a_zoneout_mask_its_probability()
    {
        CellGraph graph = Masked();
        Run<double> run = new Interpreter<double>(
            graph, graph.SizesFor(2, 3), graph.Parameters.ToDictionary(p => p.Name, p => new double[NodeFunctions<double>.Length(p.Node, graph.SizesFor(2, 3))]))
            .Forward(new double[2], 1, 1);
        foreach ((Node node, double[] value) in run.Values[0, 0].Where(v => v.Key.Operation == Operation.Mask))
            Assert.All(value, v => Assert.Equal(node.MaskKind == MaskKind.DropoutOfSequence ? 1 : 0.3, v));
    }

    [Fact]
    public void Masks_are_drawn_with_their_probabilities()
    {
        CellGraph graph = Masked();
        Node dropout = graph.Nodes.First(n => n is { Operation: Operation.Mask, MaskKind: MaskKind.DropoutOfSequence });
        Node zoneout = graph.Nodes.First(n => n is { Operation: Operation.Mask, MaskKind: MaskKind.ZoneoutOfStep });
        var masks = new CountedMasks(1, 2, [5, 6]);
        float[] kept = masks.Draw(dropout, 10000, 0, 0), held = masks.Draw(zoneout, 10000, 0, 0);

        Assert.Equal([0, 2], kept.Distinct().Order());
        Assert.Equal(0.5, kept.Count(v => v == 0) / 10000.0, 0.02);
        Assert.Equal([0, 1], held.Distinct().Order());
        Assert.Equal(0.3, held.Count(v => v == 1) / 10000.0, 0.02);
        Assert.Equal(kept, masks.Draw(dropout, 10000, 0, 3));
        Assert.NotEqual(kept, masks.Draw(dropout, 10000, 1, 0));
        Assert.NotEqual(held, masks.Draw(zoneout, 10000, 0, 1));
    }

    [Fact]
    public void Gradients_through_masks()
    {
        foreach (int steps in new[] { 1, 2, 5 })
        {
            GradientCheck.Run(Masked(), steps, masks: new CountedMasks(9, 4, [11, 12]));
            GradientCheck.Run(Masked(), steps);
        }
    }

    private static CellGraph Masked() => TestGraphs.Cell("masked", (g, x, h) =>
    {
        Node hidden = g.Multiply(h, g.Mask(MaskKind.DropoutOfSequence, 0.5, 0, h.Shape));
        Node next = g.Unary(Operation.Tanh, TestGraphs.Affine(g, x, hidden));
        Node mask = g.Mask(MaskKind.ZoneoutOfStep, 0.3, 1, h.Shape);
        return g.Add(g.Multiply(mask, h), g.Multiply(g.Subtract(g.Constant(1), mask), next));
    });
}
