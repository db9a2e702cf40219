using Unfold.Kernels.Gemm;
using Unfold.Kernels.Normalization;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively brings the numbers on the last axes to zero mean and unit variance, then scales and shifts each:
    /// <c>y = (x - mean) / sqrt(variance + epsilon) * gain + bias</c>, with the (biased) variance.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[.., D]</c>, where D is one axis or several, gain and bias <c>D</c>, the result as x. Gradients: through mean and variance, too.
    /// Source: Ba, Kiros and Hinton 2016.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="gain">What the normalised numbers are multiplied with; its axes are those over which they are normalised.</param>
    /// <param name="bias">What is added then.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <exception cref="ArgumentException">The last axes of x are not those of gain and bias, or these are empty.</exception>
    public static unsafe Tensor LayerNormalization(this Tape tape, Tensor x, Tensor gain, Tensor bias, float epsilon = 1e-5f)
    {
        CheckLastAxes(x.Shape, gain.Shape, bias.Shape);
        int columns = gain.Shape.Length, rows = x.Shape.Length / columns;
        Tensor y = tape.Rent(x.Shape), moments = tape.Rent(new Shape(rows, 2));
        fixed (float* px = x.Span, pg = gain.Span, pb = bias.Span, py = y.Span, pm = moments.Span)
            NormalizedRowJob.Own.Forward(px, pg, pb, py, pm, rows, columns, epsilon);
        if (tape.Records(x, gain, bias))
        {
            NormalizedRows call = tape.RentObject<NormalizedRows>();
            call.Moments = moments;
            tape.Record(new TapeEntry { Operation = LayerNormalizationOperation.Instance, Output = y, A = x, B = gain, C = bias, Extra = call });
        }

        return y;
    }

    private static void CheckLastAxes(Shape x, Shape gain, Shape bias)
    {
        bool fits = gain.Rank > 0 && gain.Rank <= x.Rank && gain.Length > 0 && gain == bias;
        for (int axis = 1; fits && axis <= gain.Rank; axis++)
            fits = x[x.Rank - axis] == gain[gain.Rank - axis];
        if (!fits)
            throw new ArgumentException($"LayerNormalization expects gain and bias of the last axes of x {x}, but got {gain} and {bias}.");
    }

    private sealed class NormalizedRows
    {
        public Tensor Moments { get; set; }
    }

    private sealed unsafe class LayerNormalizationOperation : TapeOperation
    {
        public static readonly LayerNormalizationOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output), moments = ((NormalizedRows)entry.Extra!).Moments;
            int rows = moments.Shape[0], columns = entry.B.Shape.Length, blocks = NormalizedRowJob.Blocks(rows);
            bool accumulate = false;
            Tensor dx = tape.NeedsGradient(entry.A) ? tape.GradientTarget(entry.A, out accumulate) : default;
            bool wantsGain = tape.NeedsGradient(entry.B), wantsBias = tape.NeedsGradient(entry.C);
            Tensor sums = wantsGain || wantsBias ? tape.Rent(new Shape(2, blocks, columns)) : default;
            fixed (float* pd = d.Span, px = entry.A.Span, pg = entry.B.Span, pm = moments.Span)
            {
                float* partial = sums.HasValue ? sums.Pointer : null;
                NormalizedRowJob.Own.Backward(pd, px, pg, pm, dx.HasValue ? dx.Pointer : null, partial, rows, columns, accumulate);
                if (wantsGain)
                    AddSums(tape, partial, blocks, entry.B);
                if (wantsBias)
                    AddSums(tape, partial + (nint)blocks * columns, blocks, entry.C);
            }
        }

        private static void AddSums(Tape tape, float* partial, int blocks, Tensor operand)
        {
            Tensor target = tape.GradientTarget(operand, out bool accumulate);
            ColumnSumJob.Add(MatrixView.RowMajor(partial, target.Shape.Length), blocks, target.Shape.Length, target.Pointer, accumulate);
        }
    }

    /// <summary>
    /// The rows, a fixed number of them to a piece, whatever the number of threads: the parameters' gradients are summed within each piece and then over
    /// these sums, so that their bits do not depend on who did which.
    /// </summary>
    private sealed unsafe class NormalizedRowJob : PlaneJob
    {
        private const int Block = 32;

        [ThreadStatic]
        private static NormalizedRowJob? _own;

        private float* _x;
        private float* _gain;
        private float* _bias;
        private float* _y;
        private float* _moments;
        private float* _d;
        private float* _dx;
        private float* _sums;
        private int _rows;
        private int _columns;
        private float _epsilon;
        private bool _accumulate;

        public static NormalizedRowJob Own => _own ??= new NormalizedRowJob();

        /// <summary>The pieces of so many rows.</summary>
        public static int Blocks(int rows) => (rows + Block - 1) / Block;

        public void Forward(float* x, float* gain, float* bias, float* y, float* moments, int rows, int columns, float epsilon)
        {
            _x = x;
            _gain = gain;
            _bias = bias;
            _y = y;
            _moments = moments;
            _d = null;
            (_rows, _columns, _epsilon) = (rows, columns, epsilon);
            Start(Blocks(rows), (long)rows * columns);
        }

        public void Backward(float* d, float* x, float* gain, float* moments, float* dx, float* sums, int rows, int columns, bool accumulate)
        {
            _d = d;
            _x = x;
            _gain = gain;
            _moments = moments;
            _dx = dx;
            _sums = sums;
            (_rows, _columns, _accumulate) = (rows, columns, accumulate);
            Start(Blocks(rows), (long)rows * columns);
        }

        protected override void Planes(int first, int count)
        {
            for (int block = first; block < first + count; block++)
            {
                int row = block * Block, rows = Math.Min(Block, _rows - row);
                nint start = (nint)row * _columns;
                float* x = _x + start, moments = _moments + 2 * row;
                if (_d is null)
                {
                    RowNormalization.Forward(x, _gain, _bias, _y + start, moments, rows, _columns, _epsilon);
                    continue;
                }

                if (_dx is not null)
                    RowNormalization.Backward(_d + start, x, _gain, moments, _dx + start, rows, _columns, _accumulate);
                if (_sums is not null)
                {
                    float* gain = _sums + (nint)block * _columns;
                    RowNormalization.ParameterGradients(_d + start, x, moments, gain, gain + (nint)Blocks(_rows) * _columns, rows, _columns);
                }
            }
        }
    }
}
