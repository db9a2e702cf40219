using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A convolution in one, two or three dimensions: <c>y[n, o, j] = b[o] + sum over c and k of W[o, c, k] x[n, c, j stride - before + k dilation]</c>, x being zero outside; a
/// cross-correlation unless <see cref="ConvolutionOptions.Flip"/> says otherwise.
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C, T]</c>, <c>[N, C, H, W]</c> or <c>[N, C, D, H, W]</c>, y <c>[N, O, …]</c>; the kernel's length says which. Parameters: <c>NAME.weight [O, C / groups, kernel…]</c> and
/// <c>NAME.bias [O]</c>, as PyTorch's. Both begin uniform within ±1/sqrt(C / groups · kernel elements), as PyTorch's. Cost: 2 O C / groups operations for each element of the kernel and pixel of
/// y, and twice as many backwards. Source: LeCun et al. 1989.
/// </remarks>
public sealed class Convolution : FeedForward
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly int[] _kernel, _stride, _dilation;
    private readonly ConvolutionOptions _options;
    private readonly string _who;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>conv1</c>.</param>
    /// <param name="inputChannels">C, the channels of x; 1 or more, a multiple of the groups.</param>
    /// <param name="outputChannels">O, the channels of y; 1 or more, a multiple of the groups.</param>
    /// <param name="kernel">The kernel's length on each of one to three axes, such as <c>[3, 3]</c>; 1 or more.</param>
    /// <param name="options">Stride, padding, dilation, groups, bias; by default 1, none, 1, 1, yes.</param>
    /// <exception cref="ArgumentException">A number is out of range, channels are not divisible by the groups, or a name is taken.</exception>
    public Convolution(
        ParameterSet parameters, string name, int inputChannels, int outputChannels, ReadOnlySpan<int> kernel, ConvolutionOptions? options = null)
        : base(name)
    {
        _options = options ?? new ConvolutionOptions();
        _who = $"Convolution '{name}'";
        ConvolutionText.CheckSizes(_who, inputChannels, outputChannels, kernel);
        (_kernel, _stride, _dilation) = (kernel.ToArray(), [.. _options.Stride], [.. _options.Dilation]);
        Geometry.CheckOptions(kernel.Length, inputChannels, "C");
        Geometry.CheckOptions(kernel.Length, outputChannels, "O");
        (InputChannels, OutputChannels) = (inputChannels, outputChannels);
        Shape shape = new([outputChannels, inputChannels / _options.Groups, .. kernel]);
        Initializer uniform = ConvolutionText.Uniform(shape);
        _weight = AddParameter(parameters, "weight", shape, _options.Initializer ?? uniform);
        _bias = _options.Bias ? AddParameter(parameters, "bias", new Shape(outputChannels), uniform) : null;
    }

    /// <summary>C, the channels of x.</summary>
    public int InputChannels { get; }

    /// <summary>O, the channels of y.</summary>
    public int OutputChannels { get; }

    /// <summary>What it was told beside its sizes.</summary>
    internal ConvolutionOptions Options => _options;

    private ConvolutionGeometry Geometry => new(_who, _stride, _options.Padding, _dilation, _options.Groups, _options.Flip);

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => tape.Convolution(x, _weight.Value, _bias?.Value ?? default, Geometry);

    /// <summary>The shape of y for an x.</summary>
    /// <exception cref="ArgumentException">x does not fit the layer, or is smaller than the kernel.</exception>
    public Shape OutputShape(Shape x)
    {
        Geometry.Of(x, _weight.Shape, out Shape y);
        return y;
    }

    /// <inheritdoc/>
    protected override string Describe() => ConvolutionText.Describe(
        "Convolution", InputChannels, OutputChannels, _kernel, _stride, _options.Padding, [0], _dilation, _options.Groups, _options.Bias, _options.Flip);
}
