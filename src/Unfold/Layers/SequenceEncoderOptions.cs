using Unfold.Autodiff;
using Unfold.Cells;

namespace Unfold.Layers;

/// <summary>What a <see cref="SequenceEncoder"/> is made of.</summary>
public sealed record SequenceEncoderOptions
{
    /// <summary>The layers: how many of which cell, or a temporal convolutional network; default one of 128 units of the library's <c>gru</c>.</summary>
    public SequenceLayerOptions Layer { get; init; } = new RecurrentOptions(Cell.Named("gru"));

    /// <summary>Whether each layer reads its input in both directions; default false, and only then can the encoder stream.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>How the two directions' outputs become one; default concatenated.</summary>
    public DirectionMerge Merge { get; init; }

    /// <summary>Makes the encoder.</summary>
    /// <param name="parameters">The model's parameters, to which the encoder's are added.</param>
    /// <param name="name">The beginning of the parameters' names.</param>
    /// <param name="inputSize">C, the number of input features.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public SequenceEncoder Build(ParameterSet parameters, string name, int inputSize) => new(parameters, name, this, inputSize);
}
