using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Random;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes <c>x * mask</c>, where each element of the mask is 0 with probability <paramref name="probability"/>, else
    /// <c>1 / (1 - probability)</c>. While the tape is not training, the result is x itself.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[T, .., C]</c> of three axes or more, time first, or <c>[N, C]</c>, or <c>[C]</c>; the result's the same. Gradient: <c>d * mask</c>.
    /// The mask is a function of the tape's seed and step, of the place, and of an element's sequence n, time t and unit c, and of nothing else.
    /// Source: Srivastava et al. 2014, in the "inverted" form.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="probability">The probability of a zero, from 0 to below 1.</param>
    /// <param name="place">A number of this use of dropout in the network: other places have other masks.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not from 0 to below 1.</exception>
    public static Tensor Dropout(this Tape tape, Tensor x, float probability, uint place) =>
        tape.Dropout(x, probability, place, null, x.Shape.Rank >= 3 ? x.Shape.Rows / Math.Max(1, x.Shape[0]) : x.Shape.Rows);

    /// <summary>
    /// The same for rows [S, C] of which each belongs to the row <paramref name="rows"/>[s] = t · N + n of a batch of N = <paramref name="sequences"/>; null where
    /// they are those rows in order.
    /// </summary>
    internal static unsafe Tensor Dropout(this Tape tape, Tensor x, float probability, uint place, int[]? rows, int sequences)
    {
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability),
                $"Dropout expects a probability of zeros from 0 to below 1, but got {probability}.");
        }

        if (!tape.Training || probability == 0)
            return x;
        Tensor y = tape.Rent(x.Shape);
        Tensor mask = tape.Rent(x.Shape);
        fixed (float* px = x.Span, pm = mask.Span, py = y.Span)
        {
            DropoutJob job = DropoutJob.Own;
            job.X = px;
            job.Mask = pm;
            job.Y = py;
            job.Rows = x.Shape.Rows;
            job.Columns = x.Shape.Last;
            job.Sequences = sequences;
            job.Places = rows;
            job.Seed = tape.Seed;
            job.Place = place;
            job.Step = (ulong)tape.Step;
            job.Keep = 1 - probability;
            job.Start();
        }

        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = DropoutOperation.Instance, Output = y, A = x, B = mask });
        return y;
    }

    private sealed unsafe class DropoutOperation : TapeOperation
    {
        public static readonly DropoutOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.Multiply, tape.Gradient(entry.Output), entry.B);
    }

    private sealed unsafe class DropoutJob : TeamJob
    {
        [ThreadStatic]
        private static DropoutJob? _own;

        public static DropoutJob Own => _own ??= new DropoutJob();

        public float* X { get; set; }

        public float* Mask { get; set; }

        public float* Y { get; set; }

        public int Rows { get; set; }

        public int Columns { get; set; }

        /// <summary>The rows of one time step.</summary>
        public int Sequences { get; set; }

        /// <summary>Which row of the batch each row is; null where it is that row itself.</summary>
        public int[]? Places { get; set; }

        public ulong Seed { get; set; }

        public uint Place { get; set; }

        public ulong Step { get; set; }

        public float Keep { get; set; }

        public void Start()
        {
            if ((long)Rows * Columns < 1 << 13)
                Execute(0, 1);
            else
                Team.Shared.Run(this, Team.Shared.Size);
        }

        protected internal override void Execute(int part, int partCount)
        {
            int end = (int)((long)Rows * (part + 1) / partCount);
            for (int row = (int)((long)Rows * part / partCount); row < end; row++)
            {
                nint first = (nint)row * Columns;
                int at = Places is null ? row : Places[row];
                ulong step = (Step << 32) | (uint)(at / Sequences);
                CountedRandom.FillBernoulli(Seed, Place, (ulong)(at % Sequences), step, Keep, 1 / Keep, Mask + first, Columns);
                Elementwise.Multiply(X + first, Mask + first, Y + first, Columns);
            }
        }
    }
}
