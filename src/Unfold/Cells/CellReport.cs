using Unfold.Cells.Graph;
using Unfold.Cells.Printing;
using Unfold.Cells.Schedule;

namespace Unfold.Cells;

/// <summary>What can be said about a cell from its equations alone: its gradient and what it costs.</summary>
public static class CellReport
{
    /// <summary>
    /// The cell's backward pass as equations, in the notation of the cell language with transposes and sums over time: the very graph that training
    /// executes, before it is scheduled.
    /// </summary>
    /// <param name="cell">The cell.</param>
    public static string Gradient(Cell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return AdjointPrinter.Print(Adjoint.Of(cell.Graph));
    }

    /// <summary>
    /// What a layer of the cell costs: its parameters with their shapes; for one step of one sequence the products, the elementwise operations, what
    /// the backward pass reads and what the schedule keeps in memory, and the arithmetic in all.
    /// </summary>
    /// <param name="cell">The cell.</param>
    /// <param name="hiddenSize">H, at least 1.</param>
    /// <param name="inputSize">C, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public static string Cost(Cell cell, int hiddenSize, int inputSize)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        CellSchedule schedule = Scheduler.Build(cell.Graph, inputSize, hiddenSize);
        return CostPrinter.Print(CellCost.Of(cell.Graph, schedule.Sizes), schedule.KeptFloats);
    }
}
