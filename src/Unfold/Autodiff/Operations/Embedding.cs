using System.Runtime.InteropServices;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively picks rows of a matrix: <c>y[i, :] = weight[indices[i], :]</c>, which is the product of one-hot rows with it.</summary>
    /// <remarks>
    /// Shapes: weight <c>[V, E]</c>, the result <paramref name="shape"/> with one more axis of size E, as <c>[T, N, E]</c>.
    /// Gradient: row <c>indices[i]</c> of the weight's receives <c>d[i, :]</c>, in the order of i.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="weight">The matrix.</param>
    /// <param name="indices">Numbers from 0 to V - 1, as many as the shape says; copied if the backward pass needs them.</param>
    /// <param name="shape">The axes of the indices, as <c>[T, N]</c>.</param>
    /// <exception cref="ArgumentException">An index is out of range, or their number is not the shape's.</exception>
    public static unsafe Tensor Embedding(this Tape tape, Tensor weight, ReadOnlySpan<int> indices, Shape shape)
    {
        Check.Rank("Embedding", "weight [V, E]", weight, 2);
        if (indices.Length != shape.Length)
            throw new ArgumentException($"Embedding expects {shape.Length} indices for the shape {shape}, but got {indices.Length}.");
        Check.Indices("Embedding", indices, weight.Shape[0]);
        int columns = weight.Shape[1];
        Tensor y = tape.Rent(shape.Append(columns));
        fixed (float* w = weight.Span, py = y.Span)
        {
            for (int i = 0; i < indices.Length; i++)
                Elementwise.Copy(w + (nint)indices[i] * columns, py + (nint)i * columns, columns);
        }

        if (tape.Records(weight))
        {
            Tensor kept = tape.Rent(new Shape(indices.Length));
            indices.CopyTo(MemoryMarshal.Cast<float, int>(kept.Span));
            tape.Record(new TapeEntry { Operation = EmbeddingOperation.Instance, Output = y, A = weight, B = kept });
        }

        return y;
    }

    private sealed unsafe class EmbeddingOperation : TapeOperation
    {
        public static readonly EmbeddingOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            Tensor target = tape.Gradient(entry.A);
            ScatterJob job = ScatterJob.Own;
            fixed (float* source = d.Span, indices = entry.B.Span, dw = target.Span)
            {
                job.D = source;
                job.Indices = (int*)indices;
                job.Target = dw;
                job.Rows = entry.B.Shape.Length;
                job.Columns = entry.A.Shape[1];
                if (d.Shape.Length < 1 << 15)
                    job.Execute(0, 1);
                else
                    Team.Shared.Run(job, Team.Shared.Size);
            }
        }
    }

    /// <summary>Adds rows to chosen rows. The team shares the columns, so that each element receives its terms in the order of the rows.</summary>
    private sealed unsafe class ScatterJob : TeamJob
    {
        [ThreadStatic]
        private static ScatterJob? _own;

        public static ScatterJob Own => _own ??= new ScatterJob();

        public float* D { get; set; }

        public int* Indices { get; set; }

        public float* Target { get; set; }

        public int Rows { get; set; }

        public int Columns { get; set; }

        protected internal override void Execute(int part, int partCount)
        {
            int blocks = (Columns + HostStorage.Alignment - 1) / HostStorage.Alignment;
            int first = (int)((long)blocks * part / partCount) * HostStorage.Alignment;
            int count = Math.Min(Columns, (int)((long)blocks * (part + 1) / partCount) * HostStorage.Alignment) - first;
            for (int row = 0; row < Rows && count > 0; row++)
                Elementwise.Accumulate(D + (nint)row * Columns + first, Target + (nint)Indices[row] * Columns + first, count);
        }
    }
}
