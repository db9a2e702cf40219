using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>x[.., c] + bias[c]</c>: one vector added to every row.</summary>
    /// <remarks>
    /// Shapes: x <c>[.., C]</c>, bias <c>[C]</c>, the result as x. Gradients: <c>d</c>, and the sum of <c>d</c> over all axes but the last.
    /// </remarks>
    public static unsafe Tensor AddBias(this Tape tape, Tensor x, Tensor bias)
    {
        Check.Rank("AddBias", "bias [C]", bias, 1);
        if (!Check.HasLast(x, bias.Shape.Last))
            throw Check.LastAxisError("AddBias", $"x [.., C={bias.Shape.Last}]", x, bias.Shape.Last, "the bias's size");
        Tensor y = tape.Rent(x.Shape);
        fixed (float* px = x.Span, pb = bias.Span, py = y.Span)
        {
            RowBiasJob job = RowBiasJob.Own;
            job.X = px;
            job.Bias = pb;
            job.Y = py;
            job.Rows = x.Shape.Rows;
            job.Columns = x.Shape.Last;
            job.Start();
        }

        if (tape.Records(x, bias))
            tape.Record(new TapeEntry { Operation = AddBiasOperation.Instance, Output = y, A = x, B = bias });
        return y;
    }

    private sealed unsafe class AddBiasOperation : TapeOperation
    {
        public static readonly AddBiasOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.Copy, d);
            ColumnSumJob.AddGradient(tape, entry.B, d);
        }
    }

    private sealed unsafe class RowBiasJob : TeamJob
    {
        [ThreadStatic]
        private static RowBiasJob? _own;

        public static RowBiasJob Own => _own ??= new RowBiasJob();

        public float* X { get; set; }

        public float* Bias { get; set; }

        public float* Y { get; set; }

        public int Rows { get; set; }

        public int Columns { get; set; }

        public void Start()
        {
            if ((long)Rows * Columns < 1 << 15)
                Execute(0, 1);
            else
                Team.Shared.Run(this, Team.Shared.Size);
        }

        protected internal override void Execute(int part, int partCount)
        {
            int end = (int)((long)Rows * (part + 1) / partCount);
            for (int row = (int)((long)Rows * part / partCount); row < end; row++)
                Elementwise.Add(X + (nint)row * Columns, Bias, Y + (nint)row * Columns, Columns);
        }
    }
}
