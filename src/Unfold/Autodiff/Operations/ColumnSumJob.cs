using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

/// <summary>
/// Sums a matrix over its rows: the gradient of a bias. The team shares the columns, and each column is summed in one order (64 rows at a time,
/// then those sums), so that the bits do not depend on the number of threads.
/// </summary>
internal sealed unsafe class ColumnSumJob : TeamJob
{
    private const int RowBlock = 64;
    private const int ColumnBlock = 1024;

    [ThreadStatic]
    private static ColumnSumJob? _own;

    private float* _x;
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
            Add(x, d.Shape.Rows, d.Shape.Last, y, accumulate);
    }

    /// <summary>Adds the sum of x [rows, columns] over its rows to y [columns], or writes it there unless <paramref name="accumulate"/>.</summary>
    public static void Add(float* x, int rows, int columns, float* y, bool accumulate)
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
        float* total = stackalloc float[ColumnBlock];
        float* partial = stackalloc float[ColumnBlock];
        for (int column = first; column < end; column += ColumnBlock)
        {
            int n = Math.Min(ColumnBlock, end - column);
            Elementwise.Fill(total, n, 0);
            for (int row = 0; row < _rows; row += RowBlock)
            {
                float* source = _x + (nint)row * _columns + column;
                int count = Math.Min(RowBlock, _rows - row);
                Elementwise.Copy(source, partial, n);
                for (int i = 1; i < count; i++)
                    Elementwise.Accumulate(source + (nint)i * _columns, partial, n);
                Elementwise.Accumulate(partial, total, n);
            }

            if (_accumulate)
                Elementwise.Accumulate(total, _y + column, n);
            else
                Elementwise.Copy(total, _y + column, n);
        }
    }
}
