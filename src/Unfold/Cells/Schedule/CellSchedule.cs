using System.Text;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Schedule;

/// <summary>
/// How a cell of given sizes runs: what leaves the time loop before and after it, and the steps of the loop, forward and backward. It is data: an
/// executor, a printer or another device can follow the same lists.
/// </summary>
internal sealed class CellSchedule
{
    public required CellGraph Graph { get; init; }

    public required IReadOnlyDictionary<string, int> Sizes { get; init; }

    public required int InputWidth { get; init; }

    public required int OutputWidth { get; init; }

    /// <summary>Widths of the states.</summary>
    public required IReadOnlyList<int> StateWidths { get; init; }

    /// <summary>The state whose next value is the output, or -1 when the output has memory of its own.</summary>
    public required int OutputState { get; init; }

    public required SchedulePass Forward { get; init; }

    public required SchedulePass Backward { get; init; }

    /// <summary>Products over all steps and rows after the backward loop.</summary>
    public required IReadOnlyList<WeightGradientStep> WeightGradients { get; init; }

    /// <summary>Sums over all steps and rows after the backward loop.</summary>
    public required IReadOnlyList<BiasGradientStep> BiasGradients { get; init; }

    /// <summary>Groups of kept values: how many blocks of which width a step keeps.</summary>
    public required IReadOnlyList<(int Width, int Blocks)> KeptGroups { get; init; }

    /// <summary>Widths of the scratch slots.</summary>
    public required IReadOnlyList<int> TemporaryWidths { get; init; }

    /// <summary>Parameters whose gradients are summed row by row in the loop, since what is summed is kept nowhere: (index of the parameter, width).</summary>
    public required IReadOnlyList<(int Parameter, int Width)> ParameterGradients { get; init; }

    /// <summary>Vectors that instructions read, the same for all rows and steps.</summary>
    public required IReadOnlyList<VectorSource> Vectors { get; init; }

    /// <summary>Masks that hold for a whole sequence: the node's place, probability and width.</summary>
    public required IReadOnlyList<(int Place, float Probability, int Width)> Masks { get; init; }

    /// <summary>Numbers kept a row and step for the backward pass, the states included.</summary>
    public int KeptFloats => KeptGroups.Sum(g => g.Width * g.Blocks) + StateWidths.Sum() + (OutputState < 0 ? OutputWidth : 0);

    /// <summary>How many products have packed weights.</summary>
    public int GemmCount => Forward.Steps.Concat(Backward.Steps).OfType<GemmStep>().Count();

    public override string ToString()
    {
        var text = new StringBuilder();
        Print("forward", Forward);
        Print("backward", Backward);
        foreach (Step step in WeightGradients.Concat<Step>(BiasGradients))
            text.Append("  ").Append(step).Append('\n');
        return text.ToString();

        void Print(string title, SchedulePass pass)
        {
            foreach ((string name, IReadOnlyList<Step> steps) in new[] { ("before", pass.Before), ("each step", pass.Loop), ("after", pass.After) })
            {
                if (steps.Count > 0)
                    text.Append(title).Append(", ").Append(name).Append(":\n");
                foreach (Step step in steps)
                    text.Append("  ").Append(step).Append('\n');
            }
        }
    }
}

/// <summary>Where a vector comes from.</summary>
/// <param name="Width">How many numbers it has.</param>
/// <param name="Parameter">The index of a parameter, or -1.</param>
/// <param name="Number">The number that it is full of, otherwise.</param>
/// <param name="Made">What makes it of vectors before it, whose positions the operands are, or null.</param>
internal sealed record VectorSource(int Width, int Parameter, float Number, Instruction? Made);

/// <summary>The steps of one direction: for all time steps at once before the loop, at each time step, and for all at once after it.</summary>
internal sealed record SchedulePass(IReadOnlyList<Step> Before, IReadOnlyList<Step> Loop, IReadOnlyList<Step> After)
{
    public IEnumerable<Step> Steps => Before.Concat(Loop).Concat(After);
}
