using Unfold.Kernels.Convolution;
using Unfold.Tensors;
using ConvolutionKernels = Unfold.Kernels.Convolution.Convolution;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes <c>y[n, o, j] = bias[o] + sum over c and k of weight[o, c, k] x[n, c, j stride - before + k dilation]</c>, where x is zero outside and c goes
    /// over the channels of o's group: a cross-correlation, as everywhere in the field.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[N, C, T]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c>, weight <c>[O, C / groups, kernel…]</c> of as many axes, bias <c>[O]</c> or none, the result
    /// <c>[N, O, …]</c>; <see cref="Padding"/> says how long its axes are. Numbers for axes are one for each spatial axis, or one for all; strides and dilations are 1 or more, and 1 by default. Cost:
    /// 2 O C / groups operations for each element of the kernel and pixel of the result, and twice as many backwards. The result's bits do not depend on the batch.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="weight">The kernels.</param>
    /// <param name="bias">What is added to each output channel.</param>
    /// <param name="stride">Pixels of the input from one of the result to the next.</param>
    /// <param name="padding">Zeros around the input; none by default.</param>
    /// <param name="dilation">Pixels of the input from one element of the kernel to the next.</param>
    /// <param name="groups">Parts of the channels that know nothing of one another; it divides C and O. With C groups, depth-wise.</param>
    /// <param name="flip">Whether the kernel is read backwards on every axis, which makes it a convolution in the mathematician's sense.</param>
    /// <exception cref="ArgumentException">The shapes do not go together, or a kernel is larger than its padded input.</exception>
    public static Tensor Convolution(
        this Tape tape, Tensor x, Tensor weight, Tensor bias = default, ReadOnlySpan<int> stride = default, Padding? padding = null,
        ReadOnlySpan<int> dilation = default, int groups = 1, bool flip = false) =>
        tape.Convolution(x, weight, bias, new ConvolutionGeometry("Convolution", stride, padding, dilation, groups, flip));

    /// <summary>The same, from a geometry that names the layer in errors.</summary>
    internal static unsafe Tensor Convolution(this Tape tape, Tensor x, Tensor weight, Tensor bias, ConvolutionGeometry geometry)
    {
        ConvolutionSize size = geometry.Of(x.Shape, weight.Shape, out Shape shape);
        geometry.CheckBias(bias, size.O);
        Tensor y = tape.Rent(shape);
        fixed (float* px = x.Span, pw = weight.Span, pb = bias.HasValue ? bias.Span : default, py = y.Span)
            ConvolutionKernels.Forward(size, px, pw, pb, py, accumulate: false);
        RecordConvolution(tape, ConvolutionOperation.Instance, size, x, weight, bias, y);
        return y;
    }

    private static void RecordConvolution(Tape tape, TapeOperation operation, in ConvolutionSize size, Tensor x, Tensor weight, Tensor bias, Tensor y)
    {
        if (!(bias.HasValue ? tape.Records(x, weight, bias) : tape.Records(x, weight)))
            return;
        ConvolutionRecord record = tape.RentObject<ConvolutionRecord>();
        record.Size = size;
        tape.Record(new TapeEntry { Operation = operation, Output = y, A = x, B = weight, C = bias, Extra = record });
    }

    private sealed class ConvolutionRecord
    {
        public ConvolutionSize Size { get; set; }
    }

    private sealed unsafe class ConvolutionOperation : TapeOperation
    {
        public static readonly ConvolutionOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            ConvolutionSize size = ((ConvolutionRecord)entry.Extra!).Size;
            Tensor d = tape.Gradient(entry.Output);
            bool hasBias = entry.C.HasValue && tape.NeedsGradient(entry.C), accumulate = false;
            fixed (float* pd = d.Span, px = entry.A.Span, pw = entry.B.Span)
            {
                if (tape.NeedsGradient(entry.A))
                {
                    fixed (float* dx = tape.GradientTarget(entry.A, out accumulate).Span)
                        ConvolutionKernels.BackwardInput(size, pd, pw, null, dx, accumulate);
                }

                bool accumulateBias = false;
                fixed (float* db = hasBias ? tape.GradientTarget(entry.C, out accumulateBias).Span : default)
                {
                    if (tape.NeedsGradient(entry.B))
                    {
                        fixed (float* dw = tape.GradientTarget(entry.B, out accumulate).Span)
                            ConvolutionKernels.BackwardWeights(size, px, pd, dw, accumulate, db, accumulateBias);
                    }
                    else if (hasBias)
                    {
                        ConvolutionKernels.BackwardBias(size.N, size.O, size.OutputPixels, pd, db, accumulateBias);
                    }
                }
            }
        }
    }
}
