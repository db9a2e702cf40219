using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Reference;

namespace Unfold.Tests.Cells;

/// <summary>Every cell of the library against differences, in double: as written and lowered, in training and outside, for T = 0, 1, 2, 5.</summary>
public sealed class CellGradientTests
{
    public static TheoryData<string> Names { get; } = [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void As_written_and_lowered_in_training_and_outside(string name)
    {
        Cell cell = Cell.Named(name);
        CellGraph graph = Small(cell.Graph), lowered = Lowering.Lower(graph);
        var masks = new CountedMasks(seed: 7, place: 3, [20, 21], firstStep: 40);
        int inputSize = cell.NeedsEqualSizes ? 4 : 3;
        foreach (int steps in new[] { 0, 1, 2, 5 })
        {
            GradientCheck.Run(graph, steps, inputSize: inputSize);
            GradientCheck.Run(lowered, steps, inputSize: inputSize, masks: masks);
        }

        GradientCheck.Run(graph, 5, inputSize: inputSize, masks: masks);
        GradientCheck.Run(lowered, 5, inputSize: inputSize);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void With_learned_initial_states(string name)
    {
        Cell cell = Cell.Named(name);
        CellGraph graph = Small(cell.Graph);
        GradientCheck.Run(
            graph with { States = [.. graph.States.Select(s => s with { Initial = InitialState.Learned })] }, 2, inputSize: cell.NeedsEqualSizes ? 4 : 3);
    }

    /// <summary>Sizes that a text names can be large; what they are does not matter to a gradient.</summary>
    private static CellGraph Small(CellGraph graph) => graph with { Sizes = graph.Sizes.ToDictionary(s => s.Key, s => Math.Min(s.Value, 3)) };
}
