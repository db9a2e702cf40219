using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Kernels.Convolution;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

/// <summary>A convolution, or a transposed one, of given shapes and options, against the plain loops.</summary>
internal sealed record ConvolutionCase(int[] X, int[] Weight)
{
    public int[] Stride { get; init; } = [1];

    public int[] Dilation { get; init; } = [1];

    public int[] OutputPadding { get; init; } = [0];

    public Padding Padding { get; init; } = Padding.None;

    public int Groups { get; init; } = 1;

    public bool Flip { get; init; }

    public bool HasBias { get; init; } = true;

    public bool Transposed { get; init; }

    private ConvolutionGeometry Geometry => new("the case", Stride, Padding, Dilation, Groups, Flip, OutputPadding);

    /// <summary>What the tape computes.</summary>
    public Tensor Apply(Unfold.Autodiff.Tape tape, Tensor x, Tensor weight, Tensor bias) => Transposed
        ? tape.TransposedConvolution(x, weight, bias, Stride, Padding, OutputPadding, Dilation, Groups)
        : tape.Convolution(x, weight, bias, Stride, Padding, Dilation, Groups, Flip);

    public ConvolutionSize Size(out Shape y) =>
        Transposed ? Geometry.OfTransposed(new Shape(X), new Shape(Weight), out y) : Geometry.Of(new Shape(X), new Shape(Weight), out y);

    public void Verify(bool checkReference)
    {
        ConvolutionSize size = Size(out Shape shape);
        int outputs = shape[1];
        double[] zeros = new double[outputs];
        Shape[] operands = HasBias ? [new Shape(X), new Shape(Weight), new Shape(outputs)] : [new Shape(X), new Shape(Weight)];
        new OperationCase(operands)
        {
            Tape = (tape, x) => Apply(tape, x[0], x[1], HasBias ? x[2] : default),
            Forward = (x, y) =>
            {
                double[] bias = HasBias ? x[2] : zeros;
                if (Transposed)
                    ReferenceMath<double>.TransposedConvolution(size, x[0], x[1], bias, y);
                else
                    ReferenceMath<double>.Convolution(size, x[0], x[1], bias, y);
            },
            Backward = (d, x, y, g) =>
            {
                double[] bias = HasBias ? g[2] : new double[outputs];
                if (Transposed)
                    ReferenceMath<double>.TransposedConvolutionBackward(size, d, x[0], x[1], g[0], g[1], bias);
                else
                    ReferenceMath<double>.ConvolutionBackward(size, d, x[0], x[1], g[0], g[1], bias);
            },
            Length = shape.Length,
            CheckReference = checkReference,
        }.Verify();
    }
}
