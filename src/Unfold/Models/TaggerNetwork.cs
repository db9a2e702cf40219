using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>
/// A tagger's layers: a vector for each word, for each other column and from each word's characters, side by side; layers that read the sentence; a score for each label; and where labels are
/// chosen together, how they follow one another.
/// </summary>
internal sealed class TaggerNetwork : IModelNetwork
{
    // Rare words begin near nothing, so that what they have learned outweighs what they began with.
    private const double EmbeddingDeviation = 0.1;

    private readonly Embedding[] _columns;
    private readonly Embedding? _letters;
    private readonly Dropout _inputDropout, _outputDropout;
    private readonly Tensor[] _parts;
    private readonly LabelRules? _rules;

    /// <summary>Builds the layers; their parameters have no values until <see cref="ParameterSet.Allocate"/>.</summary>
    internal TaggerNetwork(TaggerPreparation preparation)
    {
        TaggerOptions options = preparation.Options;
        Initializer small = Initializer.Normal(0, EmbeddingDeviation);
        _columns = [.. preparation.Columns.Select((table, c) =>
            new Embedding(Parameters, c == 0 ? "words" : $"column{c}", table.Count, c == 0 ? options.Embedding : options.ColumnEmbedding, small))];
        int size = _columns.Sum(column => column.Size);
        if (options.Characters > 0)
        {
            Cell cell = options.Encoder.Layer is RecurrentOptions recurrent ? recurrent.Cell : Cell.Named("lstm");
            _letters = new Embedding(Parameters, "letters", preparation.Characters.Count, options.CharacterEmbedding, small);
            Spelling = new SequenceEncoder(
                Parameters, "spelling", new SequenceEncoderOptions { Layer = new RecurrentOptions(cell) { Hidden = options.Characters }, Bidirectional = true }, options.CharacterEmbedding);
            size += Spelling.OutputSize;
        }

        Encoder = options.Encoder.Build(Parameters, "encoder", size);
        Output = new Linear(Parameters, "output", Encoder.OutputSize, preparation.Labels.Count);
        if (options.Crf)
            Crf = new ConditionalRandomField(Parameters, "crf", preparation.Labels.Count);
        _inputDropout = new Dropout("encoder.input.dropout", options.EdgeDropout);
        _outputDropout = new Dropout("output.dropout", options.EdgeDropout);
        _parts = new Tensor[_columns.Length + (Spelling is null ? 0 : 1)];
        _rules = preparation.AreSpansKept ? LabelRules.Spans(preparation.Labels) : null;
    }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => Encoder.Parts.Concat(Spelling?.Parts ?? []);

    /// <summary>Reads the characters of words; null where they are not read.</summary>
    internal SequenceEncoder? Spelling { get; }

    /// <summary>Reads sentences.</summary>
    internal SequenceEncoder Encoder { get; }

    /// <summary>A score for each label.</summary>
    internal Linear Output { get; }

    /// <summary>How labels follow one another; null where each is chosen by itself.</summary>
    internal ConditionalRandomField? Crf { get; }

    /// <summary>The layers from input to output.</summary>
    internal IEnumerable<Layer> Layers => _columns.Concat(new Layer?[] { _letters, Spelling, Encoder, Output, Crf }.OfType<Layer>());

    /// <summary>The scores of the labels, [S, K].</summary>
    internal Tensor Forward(Tape tape, TaggerInputs inputs)
    {
        Shape rows = new(inputs.Sequences.RowCount);
        for (int c = 0; c < _columns.Length; c++)
            _parts[c] = _columns[c].Forward(tape, inputs.Column(c), rows);
        if (Spelling is not null)
        {
            Tensor letters = _letters!.Forward(tape, inputs.Letters, new Shape(inputs.Spellings.RowCount));
            Tensor words = Spelling.Read(tape, letters, inputs.Spellings, SequenceReading.Last);
            _parts[^1] = tape.Embedding(words, inputs.Words, rows);
        }

        Tensor x = _parts.Length == 1 ? _parts[0] : tape.Concat(_parts);
        x = Encoder.Forward(tape, _inputDropout.Forward(tape, x, inputs.Sequences), inputs.Sequences);
        return Output.Forward(tape, _outputDropout.Forward(tape, x, inputs.Sequences));
    }

    /// <summary>The mean loss of the batch, in nats a token; every label must be known.</summary>
    internal Tensor Loss(Tape tape, Tensor scores, TaggerInputs inputs, float labelSmoothing = 0) => Crf is null
        ? SoftmaxCrossEntropy.Forward(tape, scores, inputs.Labels, labelSmoothing: labelSmoothing)
        : Crf.Loss(tape, scores, inputs.Labels, inputs.Sequences);

    /// <summary>Writes the chosen labels, one for each row.</summary>
    internal void Decode(Tensor scores, TaggerInputs inputs, Span<int> labels)
    {
        if (Crf is not null)
        {
            Crf.Decode(scores, inputs.Sequences, labels, _rules);
            return;
        }

        int count = scores.Shape[1];
        for (int row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<float> own = scores.Values.Slice(row * count, count);
            labels[row] = 0;
            for (int label = 1; label < count; label++)
            {
                if (own[label] > own[labels[row]])
                    labels[row] = label;
            }
        }
    }
}
