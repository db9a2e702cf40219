using Unfold.Kernels.Convolution;
using Unfold.Tensors;
using ConvolutionKernels = Unfold.Kernels.Convolution.Convolution;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes what a convolution's gradient does to its input: every pixel of x spreads the kernel over y,
    /// <c>y[n, o, j stride - before + k dilation] += weight[c, o, k] x[n, c, j]</c>, on top of bias[o].
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[N, C, …]</c> of one to three spatial axes, weight <c>[C, O / groups, kernel…]</c>, bias <c>[O]</c> or none, the result <c>[N, O, …]</c> with axes of
    /// <c>(T - 1) stride + dilation (kernel - 1) + 1 + outputPadding - before - after</c>. Padding is what is cut off the result; with <see cref="Padding.Same"/> it is <c>T stride</c> long where
    /// the kernel covers the stride. Numbers for axes as in <see cref="Convolution(Tape, Tensor, Tensor, Tensor, ReadOnlySpan{int}, Padding?, ReadOnlySpan{int}, int, bool)"/>; output padding is 0 by
    /// default. Cost: 2 O C / groups operations for each element of the kernel and pixel of x.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="weight">The kernels, as those of the convolution from y to x.</param>
    /// <param name="bias">What is added to each output channel.</param>
    /// <param name="stride">Pixels of the result from one of the input to the next.</param>
    /// <param name="padding">What is cut off the result; nothing by default. <see cref="Padding.Causal"/> is refused.</param>
    /// <param name="outputPadding">Pixels by which the result is longer at its end, where a stride leaves its length open.</param>
    /// <param name="dilation">Pixels of the result from one element of the kernel to the next.</param>
    /// <param name="groups">Parts of the channels that know nothing of one another; it divides C and O.</param>
    /// <exception cref="ArgumentException">The shapes do not go together, or nothing is left of the result.</exception>
    public static Tensor TransposedConvolution(
        this Tape tape, Tensor x, Tensor weight, Tensor bias = default, ReadOnlySpan<int> stride = default, Padding? padding = null,
        ReadOnlySpan<int> outputPadding = default, ReadOnlySpan<int> dilation = default, int groups = 1) =>
        tape.TransposedConvolution(
            x, weight, bias, new ConvolutionGeometry("TransposedConvolution", stride, padding, dilation, groups, flip: false, outputPadding));

    /// <summary>The same, from a geometry that names the layer in errors.</summary>
    internal static unsafe Tensor TransposedConvolution(this Tape tape, Tensor x, Tensor weight, Tensor bias, ConvolutionGeometry geometry)
    {
        ConvolutionSize size = geometry.OfTransposed(x.Shape, weight.Shape, out Shape shape);
        geometry.CheckBias(bias, size.C);
        Tensor y = tape.Rent(shape);
        fixed (float* px = x.Span, pw = weight.Span, pb = bias.HasValue ? bias.Span : default, py = y.Span)
            ConvolutionKernels.BackwardInput(size, px, pw, pb, py, accumulate: false);
        RecordConvolution(tape, TransposedConvolutionOperation.Instance, size, x, weight, bias, y);
        return y;
    }

    private sealed unsafe class TransposedConvolutionOperation : TapeOperation
    {
        public static readonly TransposedConvolutionOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            ConvolutionSize size = ((ConvolutionRecord)entry.Extra!).Size;
            Tensor d = tape.Gradient(entry.Output);
            bool accumulate;
            fixed (float* pd = d.Span, px = entry.A.Span, pw = entry.B.Span)
            {
                if (tape.NeedsGradient(entry.A))
                {
                    fixed (float* dx = tape.GradientTarget(entry.A, out accumulate).Span)
                        ConvolutionKernels.Forward(size, pd, pw, null, dx, accumulate);
                }

                if (tape.NeedsGradient(entry.B))
                {
                    fixed (float* dw = tape.GradientTarget(entry.B, out accumulate).Span)
                        ConvolutionKernels.BackwardWeights(size, pd, px, dw, accumulate, null, accumulateBias: false);
                }

                if (!entry.C.HasValue || !tape.NeedsGradient(entry.C))
                    return;
                fixed (float* db = tape.GradientTarget(entry.C, out accumulate).Span)
                    ConvolutionKernels.BackwardBias(size.N, size.C, size.InputPixels, pd, db, accumulate);
            }
        }
    }
}
