using System.Runtime.InteropServices;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes the greatest, the mean or the sum of the rows of each segment: <c>y[n, c] = kind over the rows i with segments[i] = n of x[i, c]</c>.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[S, C]</c>, the result <c>[N, C]</c>. A segment's rows are taken in their order, so that the same rows give the same bits whatever stands between them. Gradients: <c>d</c> to the
    /// greatest row, the first of equals; <c>d / count</c> or <c>d</c> to every row.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The rows.</param>
    /// <param name="segments">For each row its segment, 0 to N - 1; copied if the backward pass needs it.</param>
    /// <param name="count">N, the number of segments, of which each has a row.</param>
    /// <param name="kind">What is computed.</param>
    /// <exception cref="ArgumentException">x is no matrix, the segments do not fit it, or one has no row.</exception>
    public static Tensor SegmentPooling(this Tape tape, Tensor x, ReadOnlySpan<int> segments, int count, PoolingKind kind)
    {
        Check.Rank("SegmentPooling", "x [S, C]", x, 2);
        if (segments.Length != x.Shape[0])
            throw new ArgumentException($"SegmentPooling expects a segment for each of the {x.Shape[0]} rows of x, but got {segments.Length}.");
        Check.Indices("SegmentPooling", segments, count);
        int columns = x.Shape[1];
        Tensor y = tape.Rent(new Shape(count, columns)), sizes = tape.RentZeroed(new Shape(count));
        bool records = tape.Records(x), isMax = kind == PoolingKind.Max;
        Tensor places = records && isMax ? tape.Rent(y.Shape) : default;
        Gather(x, segments, y, sizes.Span, isMax, places.HasValue ? MemoryMarshal.Cast<float, int>(places.Span) : []);
        if (sizes.Values.IndexOf(0f) is >= 0 and int empty)
            throw new ArgumentException($"SegmentPooling expects a row or more for each segment, but segment {empty} has none.");
        if (kind == PoolingKind.Average)
        {
            for (int n = 0; n < count; n++)
                Divide(y.Span.Slice(n * columns, columns), sizes.Values[n]);
        }

        if (records)
        {
            Tensor kept = tape.Rent(new Shape(segments.Length));
            segments.CopyTo(MemoryMarshal.Cast<float, int>(kept.Span));
            tape.Record(new TapeEntry { Operation = SegmentPoolingOperation.Instance, Output = y, A = x, B = isMax ? places : kept, C = sizes, Count = (int)kind });
        }

        return y;
    }

    private static unsafe void Gather(Tensor x, ReadOnlySpan<int> segments, Tensor y, Span<float> sizes, bool isMax, Span<int> places)
    {
        int columns = x.Shape[1];
        for (int row = 0; row < segments.Length; row++)
        {
            int n = segments[row];
            float* from = x.Pointer + ((nint)row * columns), to = y.Pointer + ((nint)n * columns);
            bool isFirst = sizes[n]++ == 0;
            if (!isMax && !isFirst)
            {
                Elementwise.Accumulate(from, to, columns);
                continue;
            }

            if (!isMax)
            {
                Elementwise.Copy(from, to, columns);
                continue;
            }

            for (int c = 0; c < columns; c++)
            {
                // A number that is none wins over all others.
                if (!isFirst && !(from[c] > to[c]) && !float.IsNaN(from[c]))
                    continue;
                to[c] = from[c];
                if (places.Length > 0)
                    places[(n * columns) + c] = row;
            }
        }
    }

    private static void Divide(Span<float> row, float by)
    {
        foreach (ref float value in row)
            value /= by;
    }

    private sealed unsafe class SegmentPoolingOperation : TapeOperation
    {
        public static readonly SegmentPoolingOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output), target = tape.Gradient(entry.A);
            ReadOnlySpan<int> kept = MemoryMarshal.Cast<float, int>(entry.B.Values);
            int columns = d.Shape[1];
            if ((PoolingKind)entry.Count == PoolingKind.Max)
            {
                for (int i = 0; i < kept.Length; i++)
                    target.Span[(kept[i] * columns) + (i % columns)] += d.Values[i];
                return;
            }

            bool isMean = (PoolingKind)entry.Count == PoolingKind.Average;
            for (int row = 0; row < kept.Length; row++)
            {
                ReadOnlySpan<float> from = d.Values.Slice(kept[row] * columns, columns);
                Span<float> to = target.Span.Slice(row * columns, columns);
                float divisor = isMean ? entry.C.Values[kept[row]] : 1;
                for (int c = 0; c < columns; c++)
                    to[c] += from[c] / divisor;
            }
        }
    }
}
