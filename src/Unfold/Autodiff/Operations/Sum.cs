using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes the sum of all elements.</summary>
    /// <remarks>Shapes: any; the result is a single number, <c>[]</c>. Gradient: <c>d</c> for every element.</remarks>
    public static Tensor Sum(this Tape tape, Tensor x) => SumScaled(tape, x, 1);

    /// <summary>Effectively computes the sum of all elements divided by their number.</summary>
    /// <remarks>Shapes: any with an element; the result is a single number, <c>[]</c>. Gradient: <c>d / n</c> for every element.</remarks>
    /// <exception cref="ArgumentException">There is no element.</exception>
    public static Tensor Mean(this Tape tape, Tensor x) => x.Shape.Length > 0
        ? SumScaled(tape, x, 1.0 / x.Shape.Length)
        : throw new ArgumentException($"Mean expects at least one element, but got {x.Shape}.");

    private static unsafe Tensor SumScaled(Tape tape, Tensor x, double factor)
    {
        Tensor y = tape.Rent(default);
        int chunks = (x.Shape.Length + SumJob.Chunk - 1) / SumJob.Chunk;
        Tensor partials = tape.Rent(new Shape(chunks));
        fixed (float* px = x.Span, pp = partials.Span)
        {
            SumJob job = SumJob.Own;
            job.X = px;
            job.Partials = pp;
            job.Length = x.Shape.Length;
            Team.Shared.Run(job, chunks);
        }

        double sum = 0;
        foreach (float partial in partials.Values)
            sum += partial;
        y.Span[0] = (float)(factor * sum);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = SumOperation.Instance, Output = y, A = x, Number = (float)factor });
        return y;
    }

    private sealed unsafe class SumOperation : TapeOperation
    {
        public static readonly SumOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            float d = tape.Gradient(entry.Output).Scalar * entry.Number;
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            fixed (float* dx = target.Span)
            {
                if (accumulate)
                    Elementwise.AddScalar(dx, dx, target.Shape.Length, d);
                else
                    Elementwise.Fill(dx, target.Shape.Length, d);
            }
        }
    }

    /// <summary>Sums chunks of a fixed length, so that the order of addition does not depend on the number of threads.</summary>
    private sealed unsafe class SumJob : TeamJob
    {
        public const int Chunk = 1 << 14;

        [ThreadStatic]
        private static SumJob? _own;

        public static SumJob Own => _own ??= new SumJob();

        public float* X { get; set; }

        public float* Partials { get; set; }

        public int Length { get; set; }

        protected internal override void Execute(int part, int partCount) =>
            Partials[part] = Elementwise.Sum(X + (nint)part * Chunk, Math.Min(Chunk, Length - part * Chunk));
    }
}
