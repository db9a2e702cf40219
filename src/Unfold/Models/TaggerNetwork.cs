using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>
/// A tagger's layers: a vector for each word, for each other column and from each word's characters, side by side; layers that read the sentence; and what makes
/// labels of that.
/// </summary>
internal sealed class TaggerNetwork : IModelNetwork
{
    // Rare words begin near nothing, so that what they have learned outweighs what they began with.
    private const double EmbeddingDeviation = 0.1;

    private readonly Embedding[] _columns;
    private readonly Embedding? _letters;
    private readonly Dropout _inputDropout, _outputDropout;

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
        Head = LabelHead.Of(Parameters, options, Encoder.OutputSize, preparation.Labels.Count, preparation.AreSpansKept ? LabelRules.Spans(preparation.Labels) : null);
        _inputDropout = new Dropout("encoder.input.dropout", options.EdgeDropout);
        _outputDropout = new Dropout("output.dropout", options.EdgeDropout);
    }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => Encoder.Parts.Concat(Spelling?.Parts ?? []).Concat(Head.Parts);

    /// <summary>The vectors of words and of each other column.</summary>
    internal IReadOnlyList<Embedding> Columns => _columns;

    /// <summary>The vectors of characters; null where they are not read.</summary>
    internal Embedding? Letters => _letters;

    /// <summary>Reads the characters of words; null where they are not read.</summary>
    internal SequenceEncoder? Spelling { get; }

    /// <summary>Reads sentences.</summary>
    internal SequenceEncoder Encoder { get; }

    /// <summary>From features to labels.</summary>
    internal LabelHead Head { get; }

    /// <summary>The layers from input to output.</summary>
    internal IEnumerable<Layer> Layers => _columns.Concat(new Layer?[] { _letters, Spelling, Encoder }.OfType<Layer>()).Concat(Head.Layers);

    /// <summary>What the layers make of the tokens, [S, O]: for <see cref="Head"/>.</summary>
    internal Tensor Forward(Tape tape, TaggerInputs inputs)
    {
        Shape rows = new(inputs.Sequences.RowCount);
        Tensor[] parts = new Tensor[_columns.Length + (Spelling is null ? 0 : 1)];
        for (int c = 0; c < _columns.Length; c++)
            parts[c] = _columns[c].Forward(tape, inputs.Column(c), rows);
        if (Spelling is not null)
        {
            Tensor letters = _letters!.Forward(tape, inputs.Letters, new Shape(inputs.Spellings.RowCount));
            Tensor words = Spelling.Read(tape, letters, inputs.Spellings, SequenceReading.Last);
            parts[^1] = tape.Embedding(words, inputs.Words, rows);
        }

        Tensor x = parts.Length == 1 ? parts[0] : tape.Concat(parts);
        x = Encoder.Forward(tape, _inputDropout.Forward(tape, x, inputs.Sequences), inputs.Sequences);
        return _outputDropout.Forward(tape, x, inputs.Sequences);
    }
}
