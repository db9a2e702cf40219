using Unfold.Autodiff;
using Unfold.Data.Augmentation;
using Unfold.Data.Sequences;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>A sequence classifier's layers: a vector for each token or the numbers themselves, layers that read sentences where texts have them, layers that read sequences, a score for each class.</summary>
internal sealed class SequenceClassifierNetwork : IModelNetwork
{
    // Rare words begin near nothing, so that what they have learned outweighs what they began with.
    private const double EmbeddingDeviation = 0.1;

    private readonly Dropout _inputDropout, _outputDropout;

    /// <summary>Builds the layers; their parameters have no values until <see cref="ParameterSet.Allocate"/>.</summary>
    internal SequenceClassifierNetwork(SequencePreparation preparation, int classes)
    {
        SequenceClassifierOptions options = preparation.Options;
        bool isText = preparation.Input == SequenceInput.Text;
        int size = isText ? options.Embedding : preparation.Size;
        Reading = options.Reading ?? (isText ? SequenceReading.Max : SequenceReading.Mean);
        Augmentation = AugmentationNotation.ParseSeries(options.Augment);
        if (isText)
            Embedding = new Embedding(Parameters, "embedding", preparation.Size, size, Initializer.Normal(0, EmbeddingDeviation));
        if (isText && options.Sentences)
        {
            SentenceEncoder = options.Encoder.Build(Parameters, "sentence", size);
            size = SentenceEncoder.OutputSize;
        }

        Encoder = options.Encoder.Build(Parameters, "encoder", size);
        Output = new Linear(Parameters, "output", Encoder.OutputSize, classes);
        _inputDropout = new Dropout("encoder.input.dropout", options.EdgeDropout);
        _outputDropout = new Dropout("output.dropout", options.EdgeDropout);
    }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <summary>A vector for each token; null for numbers.</summary>
    internal Embedding? Embedding { get; }

    /// <summary>Reads sentences; null where there are none.</summary>
    internal SequenceEncoder? SentenceEncoder { get; }

    /// <summary>Reads sequences.</summary>
    internal SequenceEncoder Encoder { get; }

    /// <summary>What is taken of the encoder's outputs.</summary>
    internal SequenceReading Reading { get; }

    /// <summary>A score for each class.</summary>
    internal Linear Output { get; }

    /// <summary>What is done to training series.</summary>
    internal SeriesAugmentation Augmentation { get; }

    /// <summary>The layers from input to output.</summary>
    internal IEnumerable<Layer> Layers => new Layer?[] { Embedding, SentenceEncoder, Encoder, Output }.OfType<Layer>();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => Encoder.Parts.Concat(SentenceEncoder?.Parts ?? []);

    /// <summary>The scores of the classes, [N, V].</summary>
    internal Tensor Forward(Tape tape, SequenceInputs inputs)
    {
        PackedSequences steps = SentenceEncoder is null ? inputs.Sequences : inputs.Sentences;
        Tensor x = Embedding?.Forward(tape, inputs.Tokens, new Shape(inputs.Tokens.Length)) ?? inputs.Values;
        x = _inputDropout.Forward(tape, x, steps);
        if (SentenceEncoder is not null)
            x = SentenceEncoder.Read(tape, x, steps, Reading);
        return Output.Forward(tape, _outputDropout.Forward(tape, Encoder.Read(tape, x, inputs.Sequences, Reading)));
    }
}
