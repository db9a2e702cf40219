using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Gemm;

internal static unsafe partial class Gemm
{
    /// <summary>Multiplications below which waking the team may cost more than it gives: some 30 microseconds of one thread.</summary>
    private const long WorthSharing = 1 << 20;

    /// <summary>
    /// C [m, n] = A [m, k] * B [k, n] on the team, or += if <paramref name="accumulate"/>; A is given as [k, m] if
    /// <paramref name="transposedA"/>, B as [n, k] if <paramref name="transposedB"/>.
    /// </summary>
    /// <remarks>
    /// Cut by rows, each thread using one packed B that all have packed together; or, when there are few rows, by columns, each thread
    /// packing its own. After a thread's largest product nothing is allocated.
    /// </remarks>
    public static void MultiplyParallel(
        MatrixView a, bool transposedA, MatrixView b, bool transposedB, int m, int n, int k, MatrixView c, bool accumulate, float* bias)
    {
        if (m <= 0 || n <= 0) return;
        var team = Team.Shared;
        int panels = (n + ColumnTile - 1) / ColumnTile;
        bool alone = team.Size == 1 || (long)m * n * k < WorthSharing;
        var job = ParallelProduct.Current;
        job.Set(a, transposedA, b, transposedB, m, n, k, c, accumulate, bias);
        if (alone) job.RunByColumns(null, 1);
        else if (m < 4 * RowTile * team.Size) job.RunByColumns(team, Math.Min(panels, team.Size));
        else job.RunByRows(team);
    }
}
