using Unfold.Kernels.Pooling;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes means of as many windows as are asked for: on an axis of I elements, output o of O is the mean of x from
    /// <c>floor(o I / O)</c> to before <c>ceil((o + 1) I / O)</c>.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[N, C, ..]</c>, one to three further axes, none empty, the result <c>[N, C, sizes]</c>. Gradients: <c>d / n</c> to every element of
    /// the window. Source: PyTorch's <c>AdaptiveAvgPool</c>.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="sizes">Outputs on each axis but the first two, each 1 or more.</param>
    /// <exception cref="ArgumentException">The number of sizes is not that of the axes, or an axis is empty.</exception>
    public static unsafe Tensor AdaptiveAveragePooling(this Tape tape, Tensor x, params ReadOnlySpan<int> sizes)
    {
        Shape shape = x.Shape;
        if (!Check.IsSpatial(x, sizes.Length))
            throw Check.SpatialError("AdaptiveAveragePooling", x, sizes.Length);
        Span<int> result = stackalloc int[sizes.Length + 2], input = [1, 1, 1], output = [1, 1, 1];
        (result[0], result[1]) = (shape[0], shape[1]);
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(sizes[axis], 1);
            result[axis + 2] = sizes[axis];
            input[axis + 3 - sizes.Length] = shape[axis + 2];
            output[axis + 3 - sizes.Length] = sizes[axis];
        }

        Tensor y = tape.Rent(new Shape(result));
        AdaptiveShape windows = new(input[0], input[1], input[2], output[0], output[1], output[2]);
        fixed (float* px = x.Span, py = y.Span)
            AdaptiveJob.Own.Run(windows, px, py, shape[0] * shape[1], backward: false, accumulate: false);
        if (tape.Records(x))
        {
            AdaptiveCall call = tape.RentObject<AdaptiveCall>();
            call.Shape = windows;
            tape.Record(new TapeEntry { Operation = AdaptiveAveragePoolingOperation.Instance, Output = y, A = x, Extra = call });
        }

        return y;
    }

    private sealed class AdaptiveCall
    {
        public AdaptiveShape Shape { get; set; }
    }

    private sealed unsafe class AdaptiveAveragePoolingOperation : TapeOperation
    {
        public static readonly AdaptiveAveragePoolingOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            fixed (float* pd = d.Span, dx = target.Span)
                AdaptiveJob.Own.Run(((AdaptiveCall)entry.Extra!).Shape, pd, dx, d.Shape[0] * d.Shape[1], backward: true, accumulate);
        }
    }

    private sealed unsafe class AdaptiveJob : PlaneJob
    {
        [ThreadStatic]
        private static AdaptiveJob? _own;

        private AdaptiveShape _shape;
        private float* _from;
        private float* _to;
        private bool _backward;
        private bool _accumulate;

        public static AdaptiveJob Own => _own ??= new AdaptiveJob();

        public void Run(AdaptiveShape shape, float* from, float* to, int planes, bool backward, bool accumulate)
        {
            (_shape, _backward, _accumulate) = (shape, backward, accumulate);
            _from = from;
            _to = to;
            Start(planes, (long)planes * shape.InputLength);
        }

        protected override void Planes(int first, int count)
        {
            nint input = (nint)first * _shape.InputLength, output = (nint)first * _shape.OutputLength;
            if (_backward)
                AdaptivePooling.Backward(_shape, _from + output, _to + input, count, _accumulate);
            else
                AdaptivePooling.Forward(_shape, _from + input, _to + output, count);
        }
    }
}
