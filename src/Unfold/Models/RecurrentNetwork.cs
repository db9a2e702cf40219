using Unfold.Autodiff;
using Unfold.Layers;

namespace Unfold.Models;

/// <summary>Recurrent layers and nothing else.</summary>
internal sealed class RecurrentNetwork : IModelNetwork
{
    /// <summary>Makes the layers; their parameters have no values until <see cref="ParameterSet.Allocate"/>.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    internal RecurrentNetwork(SequenceEncoderOptions options, int inputSize) => Encoder = options.Build(Parameters, "rnn", inputSize);

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => Encoder.Parts;

    /// <summary>The layers.</summary>
    internal SequenceEncoder Encoder { get; }
}
