using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>A language model's layers: a vector for each token, a stack of recurrent layers, a score for each token of the vocabulary.</summary>
internal sealed class LanguageNetwork : IModelNetwork
{
    private readonly Dropout _inputDropout;
    private readonly Dropout _outputDropout;

    /// <summary>Builds the layers; their parameters have no values until <see cref="ParameterSet.Allocate"/>.</summary>
    internal LanguageNetwork(LanguageModelOptions options, int vocabularySize)
    {
        int embedding = options.Embedding ?? options.Hidden;
        Encoder = new Embedding(Parameters, "encoder", vocabularySize, embedding);
        Rnn = new Recurrent(Parameters, "rnn", options.Cell, embedding, options.Hidden, options.Layers, options.Dropout, options.SkipConnections)
        {
            Recompute = options.Recompute,
        };
        Decoder = new Linear(Parameters, "decoder", Rnn.OutputSize, vocabularySize);
        _inputDropout = new Dropout("encoder.dropout", options.EdgeDropout);
        _outputDropout = new Dropout("decoder.dropout", options.EdgeDropout);
    }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => Rnn.Parts;

    /// <summary>A vector for each token.</summary>
    internal Embedding Encoder { get; }

    /// <summary>The recurrent layers.</summary>
    internal Recurrent Rnn { get; }

    /// <summary>A score for each token.</summary>
    internal Linear Decoder { get; }

    /// <summary>The layers from input to output.</summary>
    internal IReadOnlyList<Layer> Layers => [Encoder, Rnn, Decoder];

    /// <summary>Builds the layers and gives their parameters their first values.</summary>
    internal static LanguageNetwork Build(LanguageModelOptions options, int vocabularySize)
    {
        LanguageNetwork network = new(options, vocabularySize);
        network.Parameters.Allocate(options.Seed);
        return network;
    }

    /// <summary>Reads tokens and scores what may come next.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="tokens">The tokens, <c>[T, N]</c>.</param>
    /// <param name="steps">T.</param>
    /// <param name="lanes">N.</param>
    /// <param name="state">The state before the first token; null for the first state, to which then gradients go if it is learned.</param>
    /// <param name="next">Receives the state after the last token; may be <paramref name="state"/> itself.</param>
    /// <returns>The logits <c>[T, N, V]</c>.</returns>
    internal Tensor Forward(Tape tape, ReadOnlySpan<int> tokens, int steps, int lanes, RecurrentState? state, RecurrentState next)
    {
        Tensor x = _inputDropout.Forward(tape, Encoder.Forward(tape, tokens, new Shape(steps, lanes)));
        Tensor output = Rnn.Forward(tape, x, state, next);
        return Decoder.Forward(tape, _outputDropout.Forward(tape, output));
    }
}
