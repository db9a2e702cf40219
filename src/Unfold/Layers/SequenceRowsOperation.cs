using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>Copies rows between a padded batch and its packed rows.</summary>
internal sealed unsafe class SequenceRowsOperation : TapeOperation
{
    private static readonly SequenceRowsOperation Pack = new(toPacked: true), Unpack = new(toPacked: false);

    private readonly bool _toPacked;

    private SequenceRowsOperation(bool toPacked) => _toPacked = toPacked;

    /// <summary>How the steps of a padded batch x [T, N, C] lie when packed; the tape's until its reset.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static PackedSequences Sequences(Tape tape, string who, Tensor x, ReadOnlySpan<int> lengths)
    {
        if (lengths.Length != x.Shape[1])
            throw new ArgumentException($"{who} expects a length for each of the N = {x.Shape[1]} sequences of x {x.Shape}, but got {lengths.Length}.");
        for (int n = 0; n < lengths.Length; n++)
        {
            if (lengths[n] < 1 || lengths[n] > x.Shape[0])
            {
                throw new ArgumentException($"{who} expects lengths of 1 to T = {x.Shape[0]}, but sequence {n} has {lengths[n]}."
                    + (lengths[n] == 0 ? "\n  Leave sequences without a step out of the batch." : ""));
            }
        }

        var sequences = tape.RentObject<PackedSequences>();
        sequences.Set(lengths);
        return sequences;
    }

    /// <summary>The packed rows [S, C] of x [T, N, C].</summary>
    public static Tensor Packed(Tape tape, Tensor x, PackedSequences sequences)
    {
        Tensor y = tape.Rent(new Shape(sequences.Rows.Total, x.Shape[2]));
        RowCopyJob.Run(x.Pointer, sequences, y.Pointer, x.Shape[2], toPacked: true, accumulate: false);
        return Record(tape, Pack, x, y, sequences);
    }

    /// <summary>[T, N, C] from packed rows [S, C], zeros where a sequence has ended.</summary>
    public static Tensor Padded(Tape tape, Tensor x, PackedSequences sequences, int steps)
    {
        Tensor y = tape.Rent(new Shape(steps, sequences.Rows.Batch, x.Shape[1]));
        y.Span.Clear();
        RowCopyJob.Run(x.Pointer, sequences, y.Pointer, x.Shape[1], toPacked: false, accumulate: false);
        return Record(tape, Unpack, x, y, sequences);
    }

    public override void Backward(Tape tape, in TapeEntry entry)
    {
        Tensor d = tape.Gradient(entry.Output), target = tape.GradientTarget(entry.A, out bool accumulate);
        if (_toPacked && !accumulate)
            target.Span.Clear();
        RowCopyJob.Run(d.Pointer, (PackedSequences)entry.Extra!, target.Pointer, d.Shape.Last, !_toPacked, accumulate);
    }

    private static Tensor Record(Tape tape, SequenceRowsOperation operation, Tensor x, Tensor y, PackedSequences sequences)
    {
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = operation, Output = y, A = x, Extra = sequences });
        return y;
    }

    private sealed class RowCopyJob : TeamJob
    {
        [ThreadStatic]
        private static RowCopyJob? _own;

        private PackedSequences _sequences = null!;
        private float* _from, _to;
        private int _width;
        private bool _toPacked, _accumulate;

        public static void Run(float* from, PackedSequences sequences, float* to, int width, bool toPacked, bool accumulate)
        {
            RowCopyJob job = _own ??= new RowCopyJob();
            job._from = from;
            job._to = to;
            (job._sequences, job._width, job._toPacked, job._accumulate) = (sequences, width, toPacked, accumulate);
            Team.Shared.Run(job, (long)sequences.Rows.Total * width < 1 << 14 ? 1 : Team.Shared.Size);
        }

        protected internal override void Execute(int part, int partCount)
        {
            int total = _sequences.Rows.Total, end = (int)((long)total * (part + 1) / partCount);
            for (int row = (int)((long)total * part / partCount); row < end; row++)
            {
                nint packed = (nint)row * _width, padded = (nint)_sequences.Padded[row] * _width;
                float* source = _from + (_toPacked ? padded : packed), target = _to + (_toPacked ? packed : padded);
                if (_accumulate)
                    Elementwise.Accumulate(source, target, _width);
                else
                    Elementwise.Copy(source, target, _width);
            }
        }
    }
}
