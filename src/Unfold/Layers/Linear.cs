using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A fully connected layer: <c>y = W x + b</c>, that is <c>y[.., h] = b[h] + sum over c of W[h, c] x[.., c]</c>.
/// </summary>
/// <remarks>
/// Shapes: x <c>[.., C]</c>, y <c>[.., H]</c>; any leading axes. Parameters: <c>NAME.weight [H, C]</c> and <c>NAME.bias [H]</c>, as PyTorch's. Both
/// begin uniform from -1/sqrt(C) to 1/sqrt(C), as PyTorch's. Cost: 2 H C operations a row, and twice as many backwards.
/// </remarks>
public sealed class Linear : FeedForward
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>decoder</c>.</param>
    /// <param name="inputSize">C, the number of input features; 1 or more.</param>
    /// <param name="outputSize">H, the number of outputs; 1 or more.</param>
    /// <param name="bias">Whether there is a bias; true by default.</param>
    /// <param name="initializer">The weight's first values, if not PyTorch's.</param>
    /// <exception cref="ArgumentException">A size is below 1, or a name is taken.</exception>
    public Linear(
        ParameterSet parameters, string name, int inputSize, int outputSize, bool bias = true, Initializer? initializer = null)
        : base(name)
    {
        if (inputSize < 1 || outputSize < 1)
            throw new ArgumentException($"Linear '{name}' expects sizes of 1 or more, but got inputSize {inputSize}, outputSize {outputSize}.");
        InputSize = inputSize;
        OutputSize = outputSize;
        double bound = 1 / Math.Sqrt(inputSize);
        Initializer uniform = Initializer.Uniform(-bound, bound);
        _weight = AddParameter(parameters, "weight", new Shape(outputSize, inputSize), initializer ?? uniform);
        _bias = bias ? AddParameter(parameters, "bias", new Shape(outputSize), uniform) : null;
    }

    /// <summary>C, the number of input features.</summary>
    public int InputSize { get; }

    /// <summary>H, the number of outputs.</summary>
    public int OutputSize { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        if (!Check.HasLast(x, InputSize))
            throw Check.LastAxisError($"Linear '{Name}'", $"x [.., C={InputSize}]", x, InputSize, "C, the layer's inputSize,");
        return tape.Linear(x, _weight.Value, _bias?.Value ?? default);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Linear({InputSize} -> {OutputSize}{(_bias is null ? ", no bias" : "")})";
}
