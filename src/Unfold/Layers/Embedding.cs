using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>A trained vector for each symbol of a vocabulary: <c>y[i, :] = W[index[i], :]</c>.</summary>
/// <remarks>
/// Shapes: indices <c>[T, N]</c> or any other, y the same with one more axis of size E. Parameter: <c>NAME.weight [V, E]</c>, as PyTorch's, at first
/// normal with mean 0 and deviation 1, as PyTorch's. Cost: a copy; no arithmetic forwards, one addition an element backwards.
/// </remarks>
public sealed class Embedding : Layer
{
    private readonly Parameter _weight;

    /// <summary>Makes the layer and adds its parameter to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameter's name, such as <c>encoder</c>.</param>
    /// <param name="vocabularySize">V, the number of symbols; 1 or more.</param>
    /// <param name="size">E, the length of a symbol's vector; 1 or more.</param>
    /// <param name="initializer">The first values, if not PyTorch's.</param>
    /// <param name="trained">False for vectors that stay as they are.</param>
    /// <exception cref="ArgumentException">A size is below 1, or the name is taken.</exception>
    public Embedding(
        ParameterSet parameters, string name, int vocabularySize, int size, Initializer? initializer = null, bool trained = true)
        : base(name)
    {
        if (vocabularySize < 1 || size < 1)
            throw new ArgumentException($"Embedding '{name}' expects sizes of 1 or more, but got vocabularySize {vocabularySize}, size {size}.");
        VocabularySize = vocabularySize;
        Size = size;
        _weight = AddParameter(parameters, "weight", new Shape(vocabularySize, size), initializer ?? Initializer.Normal(0, 1), trained);
    }

    /// <summary>V, the number of symbols.</summary>
    public int VocabularySize { get; }

    /// <summary>E, the length of a symbol's vector.</summary>
    public int Size { get; }

    /// <summary>Looks symbols up.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="indices">The symbols' numbers, 0 to V - 1; not needed after the call.</param>
    /// <param name="shape">The axes of the indices, as <c>[T, N]</c>.</param>
    /// <returns>The vectors, <c>[T, N, E]</c>.</returns>
    /// <exception cref="ArgumentException">An index is out of range, or their number is not the shape's.</exception>
    public Tensor Forward(Tape tape, ReadOnlySpan<int> indices, Shape shape) => tape.Embedding(_weight.Value, indices, shape);

    /// <inheritdoc/>
    protected override string Describe() => $"Embedding({VocabularySize} -> {Size})";
}
