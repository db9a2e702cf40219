using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Layout;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively puts the axes of a tensor in another order: axis i of the result is axis <c>axes[i]</c> of x, as NumPy's and PyTorch's.</summary>
    /// <remarks>
    /// Shapes: any, the result's sizes in the new order: <c>Permute(x, 1, 2, 0)</c> makes <c>[N, C, T]</c> of <c>[T, N, C]</c>, and <c>Permute(x, 2, 0, 1)</c> the
    /// other way. Gradient: <c>d</c> with its axes put back. Cost: a copy.
    /// </remarks>
    /// <exception cref="ArgumentException">The axes are not each axis of x once.</exception>
    public static Tensor Permute(this Tape tape, Tensor x, params ReadOnlySpan<int> axes)
    {
        CheckAxes(x.Shape, axes);
        Span<int> sizes = stackalloc int[axes.Length];
        for (int axis = 0; axis < axes.Length; axis++)
            sizes[axis] = x.Shape[axes[axis]];
        Tensor y = tape.Rent(new Shape(sizes));
        PermuteJob.Own.Run(x, axes, y);
        if (tape.Records(x))
        {
            AxisOrder order = tape.RentObject<AxisOrder>();
            for (int axis = 0; axis < axes.Length; axis++)
                order.Inverse[axes[axis]] = axis;
            tape.Record(new TapeEntry { Operation = PermuteOperation.Instance, Output = y, A = x, Extra = order });
        }

        return y;
    }

    private static void CheckAxes(Shape shape, ReadOnlySpan<int> axes)
    {
        int seen = 0;
        foreach (int axis in axes)
            seen |= (uint)axis < (uint)shape.Rank ? 1 << axis : 0;
        if (axes.Length != shape.Rank || seen != (1 << shape.Rank) - 1)
        {
            throw new ArgumentException($"Permute expects each of the {shape.Rank} axes of x {shape} once, from 0 on, but got "
                + $"({string.Join(", ", axes.ToArray())}).");
        }
    }

    private sealed class AxisOrder
    {
        public int[] Inverse { get; } = new int[Shape.MaximumRank];
    }

    private sealed unsafe class PermuteOperation : TapeOperation
    {
        public static readonly PermuteOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            ReadOnlySpan<int> axes = ((AxisOrder)entry.Extra!).Inverse.AsSpan(0, d.Shape.Rank);
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            Tensor gradient = accumulate ? tape.Rent(target.Shape) : target;
            PermuteJob.Own.Run(d, axes, gradient);
            if (accumulate)
                ElementwiseJob.Unary(&Elementwise.Copy, gradient, target, accumulate: true);
        }
    }

    /// <summary>
    /// The copy: a number of matrices, each of which is copied row by row if the last axis stays the last, or else transposed. Neighbouring axes that stay
    /// neighbours count as one.
    /// </summary>
    private sealed unsafe class PermuteJob : PlaneJob
    {
        /// <summary>The most columns of a matrix that are one piece of work.</summary>
        private const int Strip = 64;

        [ThreadStatic]
        private static PermuteJob? _own;

        private readonly int[] _sizes = new int[Shape.MaximumRank];
        private readonly nint[] _from = new nint[Shape.MaximumRank];
        private readonly nint[] _to = new nint[Shape.MaximumRank];
        private int _rank;
        private int _columnAxis;
        private int _strips;
        private float* _x;
        private float* _y;

        public static PermuteJob Own => _own ??= new PermuteJob();

        public void Run(Tensor x, ReadOnlySpan<int> axes, Tensor y)
        {
            if (x.Shape.Length == 0)
                return;
            Merge(x.Shape, axes);
            int last = _rank - 1;

            // The rows of a matrix run along the result's last axis, its columns along x's: there one element follows the other in memory.
            _columnAxis = Array.IndexOf(_from, 1, 0, _rank);
            int pieces = _columnAxis == last ? 1 : _strips = (_sizes[_columnAxis] + Strip - 1) / Strip;
            for (int axis = 0; axis < last; axis++)
                pieces *= axis == _columnAxis ? 1 : _sizes[axis];
            fixed (float* px = x.Span, py = y.Span)
            {
                _x = px;
                _y = py;
                Start(pieces, x.Shape.Length);
            }
        }

        protected override void Planes(int first, int count)
        {
            int last = _rank - 1;
            for (int piece = first; piece < first + count; piece++)
            {
                float* x = _x, y = _y;
                int rest = piece, column = 0;
                if (_columnAxis != last)
                    (rest, column) = Math.DivRem(piece, _strips);
                for (int axis = last - 1; axis >= 0; axis--)
                {
                    if (axis == _columnAxis)
                        continue;
                    (rest, int index) = Math.DivRem(rest, _sizes[axis]);
                    x += index * _from[axis];
                    y += index * _to[axis];
                }

                if (_columnAxis == last)
                {
                    Elementwise.Copy(x, y, _sizes[last]);
                    continue;
                }

                column *= Strip;
                int columns = Math.Min(Strip, _sizes[_columnAxis] - column);
                Transposition.Run(x + column, _from[last], _sizes[last], columns, y + column * _to[_columnAxis], _to[_columnAxis]);
            }
        }

        /// <summary>The result's axes with their sizes and their distances in both tensors, as few as possible; those of one element are left out.</summary>
        private void Merge(Shape shape, ReadOnlySpan<int> axes)
        {
            _rank = 0;
            for (int i = 0; i < axes.Length; i++)
            {
                int size = shape[axes[i]];
                nint stride = 1;
                for (int axis = axes[i] + 1; axis < shape.Rank; axis++)
                    stride *= shape[axis];
                if (size == 1)
                    continue;
                if (_rank > 0 && _from[_rank - 1] == size * stride)
                    (_sizes[_rank - 1], _from[_rank - 1]) = (_sizes[_rank - 1] * size, stride);
                else
                    (_sizes[_rank], _from[_rank++]) = (size, stride);
            }

            if (_rank == 0)
                (_sizes[0], _from[0], _rank) = (1, 1, 1);
            nint step = 1;
            for (int axis = _rank - 1; axis >= 0; step *= _sizes[axis--])
                _to[axis] = step;
        }
    }
}
