using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A stack of sequence layers, read in one direction or in both, over sequences of different lengths: a vector for each step, or one for each sequence.
/// </summary>
/// <remarks>
/// Effectively computes the layers of its options one after the other, with dropout between them in training and their inputs added where the options say so. Shapes: x <c>[S, C]</c>, the steps of
/// sequences as <see cref="PackedSequences"/> lays them out; output <c>[S, O]</c> or, for whole sequences, <c>[N, O]</c>. Each sequence gets the bits that it gets alone, and of recurrent layers no
/// padding is computed. Parameters: of one direction those of the layer, <c>NAME.l0.Wf</c>; of two <c>NAME.0.forward.l0.Wf</c> and <c>NAME.0.backward.l0.Wf</c> for each layer.
/// </remarks>
public sealed class SequenceEncoder : Layer
{
    private readonly SequenceLayer? _causal;
    private readonly Bidirectional[] _levels = [];
    private readonly Dropout?[] _dropouts = [];

    /// <summary>Makes the layers and adds their parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>encoder</c>.</param>
    /// <param name="options">What to make.</param>
    /// <param name="inputSize">C, the number of input features; 1 or more.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a name is taken.</exception>
    public SequenceEncoder(ParameterSet parameters, string name, SequenceEncoderOptions options, int inputSize)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, InputSize) = (options, inputSize);
        SequenceLayerOptions layer = options.Layer;
        if (!options.Bidirectional)
        {
            _causal = layer.Build(parameters, name, inputSize);
            OutputSize = _causal.OutputSize;
            Adopt(_causal);
            return;
        }

        _levels = new Bidirectional[layer.LevelCount];
        _dropouts = new Dropout?[layer.LevelCount];
        OutputSize = inputSize;
        for (int i = 0; i < _levels.Length; i++)
        {
            string level = $"{name}.{i}";
            _levels[i] = new Bidirectional(
                layer.Level.Build(parameters, $"{level}.forward", OutputSize), layer.Level.Build(parameters, $"{level}.backward", OutputSize), options.Merge);
            OutputSize = _levels[i].OutputSize;
            if (i > 0 && layer.DropoutBetween > 0)
                _dropouts[i] = new Dropout($"{level}.dropout", layer.DropoutBetween);
            Adopt(_levels[i]);
        }
    }

    /// <summary>What the encoder was made of.</summary>
    public SequenceEncoderOptions Options { get; }

    /// <summary>C, the number of input features.</summary>
    public int InputSize { get; }

    /// <summary>O, the number of output features.</summary>
    public int OutputSize { get; }

    /// <summary>Whether no output depends on a later input, so that the encoder can read step by step.</summary>
    public bool IsCausal => _causal is not null;

    /// <summary>The layer of a causal encoder, which also streams: its state goes in and out, and <see cref="SequenceLayer.Restart"/> begins one sequence of a batch anew.</summary>
    /// <exception cref="InvalidOperationException">The encoder reads in both directions.</exception>
    public SequenceLayer Causal => _causal ?? throw new InvalidOperationException(
        $"SequenceEncoder '{Name}' reads in both directions, so it cannot stream: its first output depends on the last input. Give it whole sequences, or build it without Bidirectional.");

    /// <summary>The pairs of both directions; none where the encoder reads in one.</summary>
    internal IReadOnlyList<Bidirectional> Levels => _levels;

    /// <summary>The recurrent layers as PyTorch's modules call them, where they are put together as there: in one direction, or in two that are concatenated.</summary>
    internal IEnumerable<RecurrentPart> Parts => IsCausal || Options.Merge == DirectionMerge.Concatenate ? AllParts : [];

    /// <summary>The same, however the outputs of two directions become one.</summary>
    internal IEnumerable<RecurrentPart> AllParts
    {
        get
        {
            if (_causal is not null)
                return _causal is Recurrent recurrent ? recurrent.Parts : [];
            return _levels.SelectMany((level, i) => Directions(level.ForwardLayer, $"l{i}").Concat(Directions(level.BackwardLayer, $"l{i}_reverse")));

            IEnumerable<RecurrentPart> Directions(SequenceLayer layer, string suffix) =>
                layer is Recurrent recurrent ? recurrent.Layers.Select(one => new RecurrentPart(one, Name, suffix)) : [];
        }
    }

    /// <summary>A vector for each step.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C]: the steps of all sequences.</param>
    /// <param name="sequences">How they lie.</param>
    /// <returns>[S, O], on the tape.</returns>
    /// <exception cref="ArgumentException">x has another shape.</exception>
    public Tensor Forward(Tape tape, Tensor x, PackedSequences sequences)
    {
        if (_causal is not null)
            return _causal.Forward(tape, x, sequences, null, null);
        for (int i = 0; i < _levels.Length; i++)
            x = Level(tape, x, sequences, i);
        return x;
    }

    /// <summary>One vector for each sequence.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C]: the steps of all sequences.</param>
    /// <param name="sequences">How they lie.</param>
    /// <param name="reading">What is taken of the outputs.</param>
    /// <returns>[N, O], in the order of the sequences, on the tape.</returns>
    /// <exception cref="ArgumentException">x has another shape.</exception>
    public Tensor Read(Tape tape, Tensor x, PackedSequences sequences, SequenceReading reading)
    {
        if (reading != SequenceReading.Last)
        {
            return tape.SegmentPooling(
                Forward(tape, x, sequences), sequences.SequenceOfRow, sequences.Count, reading == SequenceReading.Mean ? PoolingKind.Average : PoolingKind.Max);
        }

        if (_causal is not null)
            return Bidirectional.Rows(tape, Forward(tape, x, sequences), sequences.LastRows);
        int top = _levels.Length - 1;
        for (int i = 0; i < top; i++)
            x = Level(tape, x, sequences, i);
        Tensor input = _dropouts[top]?.Forward(tape, x, sequences) ?? x;
        Tensor last = _levels[top].Last(tape, input, sequences);
        return AddsInput(top) ? tape.Add(last, Ends(tape, x, sequences)) : last;
    }

    /// <inheritdoc/>
    protected override string Describe() => _causal is not null
        ? $"SequenceEncoder({_causal.ToString().Split("  #")[0]})"
        : $"SequenceEncoder({string.Join(", ", _levels.Select(level => level.ToString().Split("  #")[0]))})";

    /// <summary>Whether a level adds its input to its output.</summary>
    internal bool AddsInput(int level) => level > 0 && Options.Layer.AddsInput && _levels[level].OutputSize == _levels[level].InputSize;

    private Tensor Level(Tape tape, Tensor x, PackedSequences sequences, int level)
    {
        Tensor y = _levels[level].Forward(tape, _dropouts[level]?.Forward(tape, x, sequences) ?? x, sequences);
        return AddsInput(level) ? tape.Add(x, y) : y;
    }

    /// <summary>Of what a level adds to itself that which belongs to <see cref="SequenceReading.Last"/>: of each direction's half its own end, else the mean of both ends.</summary>
    private Tensor Ends(Tape tape, Tensor x, PackedSequences sequences)
    {
        if (Options.Merge == DirectionMerge.Concatenate)
        {
            // Halves of a row are rows of half the width.
            Tensor halves = Bidirectional.Rows(tape, x.Reshape(2 * x.Shape[0], x.Shape[1] / 2), sequences.HalfEnds);
            return halves.Reshape(sequences.Count, x.Shape[1]);
        }

        return tape.Scale(tape.Add(Bidirectional.Rows(tape, x, sequences.LastRows), Bidirectional.Rows(tape, x, sequences.FirstRows)), 0.5f);
    }
}
