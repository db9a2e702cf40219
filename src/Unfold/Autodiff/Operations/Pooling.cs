using Unfold.Kernels.Pooling;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes the largest element, the mean or the sum of each window: <c>y[n, c, o] = kind over k of x[n, c, o * stride - before + k * dilation]</c>.</summary>
    /// <remarks>
    /// Shapes: x <c>[N, C, ..]</c>, one to three further axes, the result <paramref name="result"/>. Gradients: <c>d</c> to the largest element, <c>d / n</c>
    /// or <c>d</c> to every element of the window.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="kind">What is computed.</param>
    /// <param name="shape">The windows; each has an element of x.</param>
    /// <param name="countPadding">Whether a mean divides by the padding's elements, too.</param>
    /// <param name="result">The result's shape.</param>
    internal static unsafe Tensor Pooling(this Tape tape, Tensor x, PoolingKind kind, PoolingShape shape, bool countPadding, Shape result)
    {
        Tensor y = tape.Rent(result);
        bool records = tape.Records(x);
        Tensor places = records && kind == PoolingKind.Max ? tape.Rent(result) : default;
        fixed (float* px = x.Span, py = y.Span)
        {
            fixed (float* pp = places.HasValue ? places.Span : [])
                WindowJob.Own.Forward(new(shape, kind, countPadding), px, py, (int*)pp, result[0] * result[1]);
        }

        if (records)
        {
            PoolingCall call = tape.RentObject<PoolingCall>();
            call.Windows = new(shape, kind, countPadding);
            tape.Record(new TapeEntry { Operation = PoolingOperation.Instance, Output = y, A = x, B = places, Extra = call });
        }

        return y;
    }

    private readonly record struct Windows(PoolingShape Shape, PoolingKind Kind, bool CountPadding);

    private sealed class PoolingCall
    {
        public Windows Windows { get; set; }
    }

    private sealed unsafe class PoolingOperation : TapeOperation
    {
        public static readonly PoolingOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            fixed (float* pd = d.Span, dx = target.Span)
            {
                fixed (float* pp = entry.B.HasValue ? entry.B.Span : [])
                    WindowJob.Own.Backward(((PoolingCall)entry.Extra!).Windows, pd, (int*)pp, dx, d.Shape[0] * d.Shape[1], accumulate);
            }
        }
    }

    private sealed unsafe class WindowJob : PlaneJob
    {
        [ThreadStatic]
        private static WindowJob? _own;

        private Windows _windows;
        private float* _from;
        private float* _to;
        private int* _places;
        private bool _backward;
        private bool _accumulate;

        public static WindowJob Own => _own ??= new WindowJob();

        public void Forward(Windows windows, float* x, float* y, int* places, int planes)
        {
            (_windows, _backward) = (windows, false);
            _from = x;
            _to = y;
            _places = places;
            Start(planes, (long)planes * windows.Shape.InputLength);
        }

        public void Backward(Windows windows, float* d, int* places, float* dx, int planes, bool accumulate)
        {
            (_windows, _backward, _accumulate) = (windows, true, accumulate);
            _from = d;
            _to = dx;
            _places = places;
            Start(planes, (long)planes * windows.Shape.InputLength);
        }

        protected override void Planes(int first, int count)
        {
            PoolingShape shape = _windows.Shape;
            nint input = shape.InputLength, output = shape.OutputLength;
            float* from = _from + first * (_backward ? output : input), to = _to + first * (_backward ? input : output);
            int* places = _places is null ? null : _places + first * output;
            bool average = _windows.Kind == PoolingKind.Average;
            if (_windows.Kind == PoolingKind.Max && _backward)
                MaxPooling.Backward(from, places, to, input, output, count, _accumulate);
            else if (_windows.Kind == PoolingKind.Max)
                MaxPooling.Forward(in shape, from, to, places, count);
            else if (_backward)
                SumPooling.Backward(in shape, from, to, count, average, _windows.CountPadding, _accumulate);
            else
                SumPooling.Forward(in shape, from, to, count, average, _windows.CountPadding);
        }
    }
}
