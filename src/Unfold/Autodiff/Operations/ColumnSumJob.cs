using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

/// <summary>
/// Sums a matrix over its rows: the gradient of a bias. The team shares the columns, and each column is summed in one order, so that the bits do not
/// depend on the number of threads.
/// </summary>
internal sealed unsafe class ColumnSumJob : TeamJob
{
    [ThreadStatic]
    private static ColumnSumJob? _own;

    private MatrixView _x;
    private float* _y;
    private int _rows;
    private int _columns;
    private bool _accumulate;

    /// <summary>Adds the sum over all axes of <paramref name="d"/> but the last to the gradient of a vector, if it needs one.</summary>
    public static void AddGradient(Tape tape, Tensor vector, Tensor d)
    {
        if (!tape.NeedsGradient(vector))
            return;
        Tensor target = tape.GradientTarget(vector, out bool accumulate);
        fixed (float* x = d.Span, y = target.Span)
            Add(MatrixView.RowMajor(x, d.Shape.Last), d.Shape.Rows, d.Shape.Last, y, accumulate);
    }

    /// <summary>Adds the sum of x [rows, columns] over its rows to y [columns], or writes it there unless <paramref name="accumulate"/>.</summary>
    public static void Add(MatrixView x, int rows, int columns, float* y, bool accumulate)
    {
        ColumnSumJob job = _own ??= new ColumnSumJob();
        job._x = x;
        job._y = y;
        (job._rows, job._columns, job._accumulate) = (rows, columns, accumulate);
        if ((long)rows * columns < 1 << 15)
            job.Execute(0, 1);
        else
            Team.Shared.Run(job, Team.Shared.Size);
    }

    /// <inheritdoc/>
    protected internal override void Execute(int part, int partCount)
    {
        int blocks = (_columns + HostStorage.Alignment - 1) / HostStorage.Alignment;
        int end = Math.Min(_columns, (int)((long)blocks * (part + 1) / partCount) * HostStorage.Alignment);
        int first = (int)((long)blocks * part / partCount) * HostStorage.Alignment;
        ColumnSums.Add(_x, _rows, first, end, _y, _accumulate);
    }
}
