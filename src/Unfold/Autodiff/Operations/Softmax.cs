using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes <c>exp(x) / sum of exp(x)</c> along the last axis, with the greatest x taken out first, so that nothing
    /// overflows.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[.., C]</c>, the result's the same; its rows are positive and add up to 1. Gradient: <c>y (d - sum over c of d y)</c>.
    /// Cost: one exponential an element. As the last step before a cross-entropy use <c>SoftmaxCrossEntropy</c> on the logits instead,
    /// which loses no small probabilities.
    /// </remarks>
    public static Tensor Softmax(this Tape tape, Tensor x) => AlongRows(tape, x, logarithm: false);

    /// <summary>
    /// Effectively computes <c>x - log(sum of exp(x))</c> along the last axis, the logarithm of <see cref="Softmax"/>, without overflow or
    /// underflow.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[.., C]</c>, the result's the same. Gradient: <c>d - exp(y) sum over c of d</c>. Cost: one exponential an element, and
    /// another backwards.
    /// </remarks>
    public static Tensor LogSoftmax(this Tape tape, Tensor x) => AlongRows(tape, x, logarithm: true);

    private static unsafe Tensor AlongRows(Tape tape, Tensor x, bool logarithm)
    {
        Tensor y = tape.Rent(x.Shape);
        fixed (float* px = x.Span, py = y.Span)
        {
            SoftmaxJob job = SoftmaxJob.Own;
            job.X = px;
            job.Y = py;
            (job.Rows, job.Columns, job.Logarithm) = (x.Shape.Rows, x.Shape.Last, logarithm);
            job.Start();
        }

        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = logarithm ? LogSoftmaxOperation.Instance : SoftmaxOperation.Instance, Output = y, A = x });
        return y;
    }

    private static unsafe void AlongRowsBackward(Tape tape, in TapeEntry entry, bool logarithm)
    {
        Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
        fixed (float* d = tape.Gradient(entry.Output).Span, y = entry.Output.Span, dx = target.Span)
        {
            SoftmaxAdjointJob job = SoftmaxAdjointJob.Own;
            job.D = d;
            job.Y = y;
            job.Dx = dx;
            (job.Rows, job.Columns) = (target.Shape.Rows, target.Shape.Last);
            (job.Logarithm, job.Accumulate) = (logarithm, accumulate);
            job.Start();
        }
    }

    private sealed class SoftmaxOperation : TapeOperation
    {
        public static readonly SoftmaxOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) => AlongRowsBackward(tape, in entry, logarithm: false);
    }

    private sealed class LogSoftmaxOperation : TapeOperation
    {
        public static readonly LogSoftmaxOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) => AlongRowsBackward(tape, in entry, logarithm: true);
    }

    private sealed unsafe class SoftmaxJob : RowJob
    {
        [ThreadStatic]
        private static SoftmaxJob? _own;

        public static SoftmaxJob Own => _own ??= new SoftmaxJob();

        public float* X { get; set; }

        public float* Y { get; set; }

        public bool Logarithm { get; set; }

        protected override void Row(int row, float* tile)
        {
            float* x = X + (nint)row * Columns;
            float* y = Y + (nint)row * Columns;
            float maximum = Elementwise.Maximum(x, Columns);
            double sum = 0;
            for (int i = 0; i < Columns; i += Tile)
            {
                int n = Math.Min(Tile, Columns - i);
                float* exponentials = Logarithm ? tile : y + i;
                Elementwise.ShiftedExp(x + i, exponentials, n, maximum);
                sum += Elementwise.Sum(exponentials, n);
            }

            if (!Logarithm)
            {
                Elementwise.Scale(y, y, Columns, (float)(1 / sum));
                return;
            }

            // Two subtractions: the first is nearly exact for the greatest x, beside which the logarithm would lose its last digits.
            float logarithm = (float)Math.Log(sum);
            for (int i = 0; i < Columns; i += Tile)
            {
                int n = Math.Min(Tile, Columns - i);
                Elementwise.AddScalar(x + i, tile, n, -maximum);
                Elementwise.AddScalar(tile, y + i, n, -logarithm);
            }
        }
    }

    private sealed unsafe class SoftmaxAdjointJob : RowJob
    {
        [ThreadStatic]
        private static SoftmaxAdjointJob? _own;

        public static SoftmaxAdjointJob Own => _own ??= new SoftmaxAdjointJob();

        public float* D { get; set; }

        public float* Y { get; set; }

        public float* Dx { get; set; }

        public bool Logarithm { get; set; }

        public bool Accumulate { get; set; }

        protected override void Row(int row, float* tile)
        {
            float* d = D + (nint)row * Columns;
            float* y = Y + (nint)row * Columns;
            float* dx = Dx + (nint)row * Columns;
            float sum = Logarithm ? Elementwise.Sum(d, Columns) : Elementwise.Dot(d, y, Columns);
            for (int i = 0; i < Columns; i += Tile)
            {
                int n = Math.Min(Tile, Columns - i);
                float* result = Accumulate ? tile : dx + i;
                if (Logarithm)
                {
                    Elementwise.Exp(y + i, tile, n);
                    Elementwise.Scale(tile, tile, n, sum);
                    Elementwise.Subtract(d + i, tile, result, n);
                }
                else
                {
                    Elementwise.AddScalar(d + i, tile, n, -sum);
                    Elementwise.Multiply(tile, y + i, result, n);
                }

                if (Accumulate)
                    Elementwise.Accumulate(tile, dx + i, n);
            }
        }
    }
}
