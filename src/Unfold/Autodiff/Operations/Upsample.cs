using Unfold.Kernels.Pooling;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively makes each axis but the first two longer by a whole factor f: by repetition, <c>y[o] = x[floor(o / f)]</c>, or by lines between
    /// neighbours, <c>y[o] = x at (o + 1/2) / f - 1/2</c>, kept within x.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[N, C, ..]</c>, one to three further axes, none empty, the result with these times their factors. Gradients: to each element of x the
    /// sum of <c>d</c> times its weight in y. Source: PyTorch's <c>Upsample</c> with <c>align_corners=False</c>.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="linear">Whether by lines (linear, bilinear, trilinear) and not by repetition (nearest).</param>
    /// <param name="factors">The factor of each axis but the first two, 1 or more.</param>
    /// <exception cref="ArgumentException">The number of factors is not that of the axes, or an axis is empty.</exception>
    public static unsafe Tensor Upsample(this Tape tape, Tensor x, bool linear, params ReadOnlySpan<int> factors)
    {
        Shape shape = x.Shape;
        if (!Check.IsSpatial(x, factors.Length))
            throw Check.SpatialError("Upsample", x, factors.Length);
        Span<int> result = stackalloc int[factors.Length + 2];
        Span<UpsamplingAxis> axes = [new(1, 1, linear), new(1, 1, linear), new(1, 1, linear)];
        (result[0], result[1]) = (shape[0], shape[1]);
        for (int axis = 0; axis < factors.Length; axis++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(factors[axis], 1);
            result[axis + 2] = checked(shape[axis + 2] * factors[axis]);
            axes[axis + 3 - factors.Length] = new(shape[axis + 2], factors[axis], linear);
        }

        Tensor y = tape.Rent(new Shape(result));
        UpsamplingPlane plane = new(axes[0], axes[1], axes[2]);
        fixed (float* px = x.Span, py = y.Span)
            UpsampleJob.Own.Run(plane, px, py, shape[0] * shape[1], backward: false, accumulate: false);
        if (tape.Records(x))
        {
            UpsampleCall call = tape.RentObject<UpsampleCall>();
            call.Plane = plane;
            tape.Record(new TapeEntry { Operation = UpsampleOperation.Instance, Output = y, A = x, Extra = call });
        }

        return y;
    }

    private sealed class UpsampleCall
    {
        public UpsamplingPlane Plane { get; set; }
    }

    private sealed unsafe class UpsampleOperation : TapeOperation
    {
        public static readonly UpsampleOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            fixed (float* pd = d.Span, dx = target.Span)
                UpsampleJob.Own.Run(((UpsampleCall)entry.Extra!).Plane, pd, dx, d.Shape[0] * d.Shape[1], backward: true, accumulate);
        }
    }

    private sealed unsafe class UpsampleJob : PlaneJob
    {
        [ThreadStatic]
        private static UpsampleJob? _own;

        private UpsamplingPlane _plane;
        private float* _from;
        private float* _to;
        private bool _backward;
        private bool _accumulate;

        public static UpsampleJob Own => _own ??= new UpsampleJob();

        public void Run(UpsamplingPlane plane, float* from, float* to, int planes, bool backward, bool accumulate)
        {
            (_plane, _backward, _accumulate) = (plane, backward, accumulate);
            _from = from;
            _to = to;
            Start(planes, (long)planes * plane.OutputLength);
        }

        protected override void Planes(int first, int count)
        {
            nint input = (nint)first * _plane.InputLength, output = (nint)first * _plane.OutputLength;
            if (_backward)
                Upsampling.Backward(_plane, _from + output, _to + input, count, _accumulate);
            else
                Upsampling.Forward(_plane, _from + input, _to + output, count);
        }
    }
}
