using Unfold.Kernels.Gemm;

namespace Unfold.Cells.Execution;

/// <summary>
/// How threads share a run. By rows: each takes some sequences and walks through time alone. By units: each takes a part of every layer-wide vector, for
/// all sequences, and the threads meet in every step; then each reads only its own part of the recurrent weights, which is what counts when there are few
/// sequences or the weights are large. So it is, too, where a run has so few rows that packed weights are most of what passes from one core to the other.
/// </summary>
/// <param name="ByUnits">By units rather than by rows.</param>
/// <param name="Parts">How many threads.</param>
/// <param name="ProgramsByRows">Whether, by units, elementwise programs are shared by rows all the same: long tiles for one meeting more in a step.</param>
/// <param name="FewRows">Whether, by units, products after the loop are shared by units too, because there are fewer rows than weights for each of them.</param>
internal readonly record struct Partition(bool ByUnits, int Parts, bool ProgramsByRows = false, bool FewRows = false)
{
    /// <summary>Multiplications of a step below which meeting in every step costs more than a second thread gives.</summary>
    private const long WorthMeeting = 1 << 16;

    /// <summary>Packed weights of the loop, in floats, that a core's own cache holds beside what else it needs: 2 MiB.</summary>
    private const long FitsOneCore = 1 << 19;

    /// <summary>Rows for each thread from which a meeting more in a step costs less than tiles of a part of a row.</summary>
    private const int RowsForPrograms = 8;

    /// <summary>Parts into which every width is cut.</summary>
    public int UnitParts => ByUnits ? Parts : 1;

    /// <summary>Chooses for a run; no result depends on the choice.</summary>
    /// <param name="plan">The plan for the layer's sizes.</param>
    /// <param name="rows">The rows of the run.</param>
    /// <param name="packs">Whether the run packs its weights, rather than finding them packed.</param>
    /// <param name="threads">How many threads there are.</param>
    public static Partition Choose(CellPlan plan, SequenceRows rows, bool packs, int threads)
    {
        if (threads == 1)
            return new Partition(false, 1);
        bool worthMeeting = rows.Batch * plan.LoopWeights >= WorthMeeting;
        // Of sequences that end at different steps, few are left in many a step.
        int byRows = Math.Clamp(rows.Batch / (rows.IsEven ? 4 : 16), 1, threads);
        // By rows, each thread passes all weights of the loop through its cache in every step: good while they meet two whole tiles of rows there.
        bool large = plan.LoopWeights > FitsOneCore && rows.Batch < 2 * Gemm.RowTile * threads;
        // By rows, each thread reads the weights that the others have packed; by units, the sums that the others have made.
        bool fewRows = packs && rows.Total * plan.ForwardSums <= plan.ForwardWeights;
        return worthMeeting && (byRows < threads || large || fewRows)
            ? new Partition(true, threads, rows.Batch >= RowsForPrograms * threads, fewRows)
            : new Partition(false, byRows);
    }

    /// <summary>The part's columns of a vector of some width: whole cache lines, but for the end.</summary>
    public (int Start, int End) Columns(int width, int part)
    {
        int parts = UnitParts;
        return parts == 1 ? (0, width) : (Cut(part), Cut(part + 1));

        int Cut(int at) => at == parts ? width : (int)((long)width * at / parts) & ~15;
    }
}
