using System.Runtime.InteropServices;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Pooling;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes the largest element, the mean or the sum of each channel: <c>y[n, c] = kind over all others of x[n, c, ..]</c>.</summary>
    /// <remarks>
    /// Shapes: x <c>[N, C, ..]</c> of three axes or more and at least one element a channel, the result <c>[N, C]</c>. Gradients: <c>d</c> to the largest
    /// element, the first of equals; <c>d / n</c> or <c>d</c> to every element.
    /// </remarks>
    /// <exception cref="ArgumentException">x has other axes.</exception>
    public static unsafe Tensor GlobalPooling(this Tape tape, Tensor x, PoolingKind kind)
    {
        Shape shape = x.Shape;
        if (shape.Rank < 3 || (shape.Length == 0 && shape[0] * shape[1] != 0))
            throw new ArgumentException($"GlobalPooling expects x [N, C, ..] with one to four further axes, none empty, but got {shape}.");
        Tensor y = tape.Rent(new Shape(shape[0], shape[1]));
        bool records = tape.Records(x);
        Tensor places = records && kind == PoolingKind.Max ? tape.Rent(y.Shape) : default;
        fixed (float* px = x.Span, py = y.Span)
        {
            fixed (float* pp = places.HasValue ? places.Span : [])
                GlobalJob.Own.Forward(kind, px, py, (int*)pp, y.Shape.Length, shape.Length / Math.Max(1, y.Shape.Length));
        }

        if (records)
            tape.Record(new TapeEntry { Operation = GlobalPoolingOperation.Instance, Output = y, A = x, B = places, Count = (int)kind });
        return y;
    }

    private sealed unsafe class GlobalPoolingOperation : TapeOperation
    {
        public static readonly GlobalPoolingOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            ReadOnlySpan<float> d = tape.Gradient(entry.Output).Values;
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            int length = target.Shape.Length / Math.Max(1, d.Length);
            fixed (float* pd = d, dx = target.Span)
            {
                if ((PoolingKind)entry.Count == PoolingKind.Max)
                {
                    fixed (float* places = entry.B.Span)
                        MaxPooling.Backward(pd, (int*)places, dx, length, 1, d.Length, accumulate);
                    return;
                }

                for (int plane = 0; plane < d.Length; plane++)
                {
                    float each = (PoolingKind)entry.Count == PoolingKind.Average ? d[plane] / length : d[plane];
                    float* channel = dx + (nint)plane * length;
                    if (accumulate)
                        Elementwise.AddScalar(channel, channel, length, each);
                    else
                        Elementwise.Fill(channel, length, each);
                }
            }
        }
    }

    private sealed unsafe class GlobalJob : PlaneJob
    {
        [ThreadStatic]
        private static GlobalJob? _own;

        private PoolingKind _kind;
        private float* _x;
        private float* _y;
        private int* _places;
        private int _length;

        public static GlobalJob Own => _own ??= new GlobalJob();

        public void Forward(PoolingKind kind, float* x, float* y, int* places, int planes, int length)
        {
            (_kind, _length) = (kind, length);
            _x = x;
            _y = y;
            _places = places;
            Start(planes, (long)planes * length);
        }

        protected override void Planes(int first, int count)
        {
            for (int plane = first; plane < first + count; plane++)
            {
                float* channel = _x + (nint)plane * _length;
                if (_kind == PoolingKind.Max)
                {
                    _y[plane] = Elementwise.Maximum(channel, _length);

                    // Equality of floats as IndexOf means it: NaN is found, too, and 0 is -0.
                    if (_places is not null)
                        _places[plane] = MemoryMarshal.CreateReadOnlySpan(ref *channel, _length).IndexOf(_y[plane]);
                }
                else
                {
                    float sum = Elementwise.Sum(channel, _length);
                    _y[plane] = _kind == PoolingKind.Average ? sum / _length : sum;
                }
            }
        }
    }
}
