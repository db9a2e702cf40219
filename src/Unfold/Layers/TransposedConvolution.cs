using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A transposed convolution in one, two or three dimensions, which makes its input larger: every pixel of x spreads the kernel over y,
/// <c>y[n, o, j stride - before + k dilation] += W[c, o, k] x[n, c, j]</c>, on top of b[o].
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C, …]</c>, y <c>[N, O, …]</c> with axes of <c>(T - 1) stride + dilation (kernel - 1) + 1 + outputPadding</c> without what padding cuts off. Parameters:
/// <c>NAME.weight [C, O / groups, kernel…]</c> and <c>NAME.bias [O]</c>, as PyTorch's. Both begin uniform within ±1/sqrt(O / groups · kernel elements), as PyTorch's. Cost: 2 O C / groups
/// operations for each element of the kernel and pixel of x, and twice as many backwards. Source: Zeiler et al. 2010.
/// </remarks>
public sealed class TransposedConvolution : FeedForward
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly int[] _kernel, _stride, _dilation, _outputPadding;
    private readonly TransposedConvolutionOptions _options;
    private readonly string _who;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>up1</c>.</param>
    /// <param name="inputChannels">C, the channels of x; 1 or more, a multiple of the groups.</param>
    /// <param name="outputChannels">O, the channels of y; 1 or more, a multiple of the groups.</param>
    /// <param name="kernel">The kernel's length on each of one to three axes, such as <c>[2, 2]</c>; 1 or more.</param>
    /// <param name="options">Stride, padding, output padding, dilation, groups, bias; by default 1, none, 0, 1, 1, yes.</param>
    /// <exception cref="ArgumentException">A number is out of range, channels are not divisible by the groups, or a name is taken.</exception>
    public TransposedConvolution(
        ParameterSet parameters, string name, int inputChannels, int outputChannels, ReadOnlySpan<int> kernel, TransposedConvolutionOptions? options = null)
        : base(name)
    {
        _options = options ?? new TransposedConvolutionOptions();
        _who = $"TransposedConvolution '{name}'";
        ConvolutionText.CheckSizes(_who, inputChannels, outputChannels, kernel);
        (_kernel, _stride) = (kernel.ToArray(), [.. _options.Stride]);
        (_dilation, _outputPadding) = ([.. _options.Dilation], [.. _options.OutputPadding]);
        Geometry.CheckOptions(kernel.Length, inputChannels, "C");
        Geometry.CheckOptions(kernel.Length, outputChannels, "O");
        (InputChannels, OutputChannels) = (inputChannels, outputChannels);
        Shape shape = new([inputChannels, outputChannels / _options.Groups, .. kernel]);
        Initializer uniform = ConvolutionText.Uniform(shape);
        _weight = AddParameter(parameters, "weight", shape, _options.Initializer ?? uniform);
        _bias = _options.Bias ? AddParameter(parameters, "bias", new Shape(outputChannels), uniform) : null;
    }

    /// <summary>C, the channels of x.</summary>
    public int InputChannels { get; }

    /// <summary>O, the channels of y.</summary>
    public int OutputChannels { get; }

    /// <summary>What it was told beside its sizes.</summary>
    internal TransposedConvolutionOptions Options => _options;

    private ConvolutionGeometry Geometry => new(_who, _stride, _options.Padding, _dilation, _options.Groups, flip: false, _outputPadding);

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => tape.TransposedConvolution(x, _weight.Value, _bias?.Value ?? default, Geometry);

    /// <summary>The shape of y for an x.</summary>
    /// <exception cref="ArgumentException">x does not fit the layer, or nothing is left of y.</exception>
    public Shape OutputShape(Shape x)
    {
        Geometry.OfTransposed(x, _weight.Shape, out Shape y);
        return y;
    }

    /// <inheritdoc/>
    protected override string Describe() => ConvolutionText.Describe(
        "TransposedConvolution", InputChannels, OutputChannels, _kernel, _stride, _options.Padding, _outputPadding, _dilation, _options.Groups, _options.Bias, flip: false);
}
