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
    public static void MultiplyParallel(
        MatrixView a, bool transposedA, MatrixView b, bool transposedB, int m, int n, int k, MatrixView c, bool accumulate, float* bias)
    {
        var target = new ProductTarget(b, transposedB, n, c, bias);
        MultiplyParallel(a, transposedA, new ReadOnlySpan<ProductTarget>(in target), m, k, accumulate);
    }

    /// <summary>
    /// The same for several B and C with one A, whose parts are packed once for all: the gradients of weights that share the
    /// gradient of their sum. Every C has the bits that it would have alone.
    /// </summary>
    /// <remarks>
    /// Cut by rows, each thread using the packed B that all have packed together; or, when there are few rows, by columns, each thread
    /// packing its own. After a thread's largest product nothing is allocated.
    /// </remarks>
    public static void MultiplyParallel(
        MatrixView a, bool transposedA, ReadOnlySpan<ProductTarget> targets, int m, int k, bool accumulate)
    {
        long columns = 0;
        foreach (ref readonly var target in targets) columns += Math.Max(target.N, 0);
        if (m <= 0 || columns == 0) return;
        var team = Team.Shared;
        var job = ParallelProduct.Current;
        job.Set(a, transposedA, targets, m, k, accumulate);
        if (team.Size == 1 || m * columns * k < WorthSharing) job.RunAlone();
        else if (m < 4 * RowTile * team.Size) job.RunByColumns(team);
        else job.RunByRows(team);
    }
}
