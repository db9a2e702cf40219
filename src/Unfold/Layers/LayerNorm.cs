using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Layer normalisation: brings the numbers on the last axes to zero mean and unit variance, then scales and shifts each,
/// <c>y = (x - mean) / sqrt(variance + epsilon) * gain + bias</c>.
/// </summary>
/// <remarks>
/// Shapes: x <c>[.., D]</c>, such as a sequence's <c>[T, N, C]</c>, where D is one axis or several; y the same. Parameters: <c>NAME.weight</c>, the gain, ones, and
/// <c>NAME.bias</c>, zeros, both <c>D</c>, as PyTorch's. The same in training and outside. Cost: about ten operations an element, and twice as many backwards.
/// Source: Ba, Kiros and Hinton 2016.
/// </remarks>
public sealed class LayerNorm : FeedForward
{
    private readonly Parameter _gain, _bias;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names.</param>
    /// <param name="shape">D, the sizes of the last axes, each 1 or more; a single number for the last axis alone.</param>
    /// <param name="epsilon">What is added to the variance, above 0; 1e-5 by default.</param>
    /// <exception cref="ArgumentException">A number is out of range, or a name is taken.</exception>
    public LayerNorm(ParameterSet parameters, string name, ReadOnlySpan<int> shape, float epsilon = 1e-5f)
        : base(name)
    {
        Shape = new Shape(shape);
        if (Shape.Rank == 0 || Shape.Length == 0 || !(epsilon > 0))
            throw new ArgumentException($"LayerNorm '{name}' expects sizes of 1 or more and an epsilon above 0, but got {Shape} and {epsilon}.");
        Epsilon = epsilon;
        _gain = AddParameter(parameters, "weight", Shape, Initializer.Ones);
        _bias = AddParameter(parameters, "bias", Shape, Initializer.Zeros);
    }

    /// <summary>D, the sizes of the axes that are normalised together.</summary>
    public Shape Shape { get; }

    /// <summary>What is added to the variance.</summary>
    public float Epsilon { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        int before = x.Shape.Rank - Shape.Rank;
        for (int axis = 0; axis < Shape.Rank; axis++)
        {
            if (before < 0 || x.Shape[before + axis] != Shape[axis])
                throw new ArgumentException($"LayerNorm '{Name}' expects x whose last axes are {Shape}, but got {x.Shape}.");
        }

        return tape.LayerNormalization(x, _gain.Value, _bias.Value, Epsilon);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"LayerNorm({string.Join('x', Enumerable.Range(0, Shape.Rank).Select(axis => Shape[axis]))})";
}
