using Unfold.Kernels.Random;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <summary>What the random factors of a step are counted by.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Place">The place of the layer; the cell's masks follow it.</param>
/// <param name="FirstSequence">The number of the batch's sequence 0; the others count on.</param>
/// <param name="Step">The step, from 0.</param>
/// <param name="Training">False: the expectation instead of a draw.</param>
/// <param name="Order">For each row the number of its sequence in the batch; null where they are in order.</param>
internal readonly record struct MaskCounter(ulong Seed, uint Place, ulong FirstSequence, ulong Step, bool Training, int[]? Order = null)
{
    /// <summary>The number of a row's sequence.</summary>
    public ulong Sequence(int row) => FirstSequence + (ulong)(Order is null ? row : Order[row]);

    /// <summary>Zoneout's factors: 1 with probability <paramref name="p"/>, else 0; outside training p.</summary>
    public unsafe void Fill(float* y, int rows, int columns, int row, float p, int place)
    {
        for (int r = 0; r < rows; r++)
        {
            float* target = y + (nint)r * columns;
            if (Training)
                CountedRandom.FillBernoulli(Seed, Place + (uint)place, Sequence(row + r), Step, p, 1, target, columns);
            else
                K.Fill(target, columns, p);
        }
    }
}
