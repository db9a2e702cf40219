using Unfold.Autodiff;
using Unfold.Data.Music;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>The layers of a model of music: from the notes of each step to the logits of the notes of the next.</summary>
internal sealed class MusicNetwork : IModelNetwork
{
    private readonly Dropout? _inputDropout, _outputDropout;

    /// <summary>Makes the layers.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    internal MusicNetwork(MusicModelOptions options)
    {
        Layer = options.Layer.Build(Parameters, "layer", MusicPieces.PitchCount);
        Output = new Linear(Parameters, "output", Layer.OutputSize, MusicPieces.PitchCount);
        _inputDropout = options.InputDropout > 0 ? new Dropout("input.dropout", options.InputDropout) : null;
        _outputDropout = options.OutputDropout > 0 ? new Dropout("output.dropout", options.OutputDropout) : null;
    }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => (Layer as Recurrent)?.Parts ?? [];

    /// <summary>The layer that reads the steps.</summary>
    internal SequenceLayer Layer { get; }

    /// <summary>From its outputs to logits.</summary>
    internal Linear Output { get; }

    /// <summary>The logits [S, 88] behind each step.</summary>
    internal Tensor Forward(Tape tape, MusicBatch batch)
    {
        Tensor x = _inputDropout?.Forward(tape, batch.Inputs, batch.Sequences) ?? batch.Inputs;
        Tensor y = Layer.Forward(tape, x, batch.Sequences, null, null);
        return Output.Forward(tape, _outputDropout?.Forward(tape, y, batch.Sequences) ?? y);
    }
}
