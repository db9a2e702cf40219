using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Scores labels step by step, each step read together with the label of the step before: output feedback.
/// </summary>
/// <remarks>
/// Effectively computes <c>W layer([x; E[label before]]) + b</c>, where a mark stands before the first step. Shapes: x <c>[S, C]</c>, the steps of sequences as <see cref="PackedSequences"/> lays them out;
/// scores <c>[S, K]</c>. In training the labels before are known (teacher forcing), so that all steps run at once; without them, <see cref="Decode"/> goes step by step. Parameters:
/// <c>NAME.labels.weight [K + 1, E]</c>, those of the layer under <c>NAME.layer</c>, <c>NAME.output.weight [K, O]</c> and <c>NAME.output.bias [K]</c>. Sources: Jordan 1986; Williams and Zipser 1989 (teacher forcing).
/// </remarks>
public sealed class LabelFeedback : Layer
{
    private readonly Embedding _labels;
    private readonly SequenceLayer _layer;
    private readonly Linear _output;

    /// <summary>Makes the layers and adds their parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>feedback</c>.</param>
    /// <param name="layer">What reads the steps.</param>
    /// <param name="inputSize">C, the number of input features; 1 or more.</param>
    /// <param name="labels">K, the number of labels; 1 or more.</param>
    /// <param name="labelSize">E, the size of a label's vector; 1 or more.</param>
    /// <exception cref="ArgumentException">A size is out of range, or a name is taken.</exception>
    public LabelFeedback(ParameterSet parameters, string name, SequenceLayerOptions layer, int inputSize, int labels, int labelSize)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (inputSize < 1 || labels < 1 || labelSize < 1)
            throw new ArgumentException($"LabelFeedback '{name}' expects sizes of 1 or more, but got inputSize {inputSize}, labels {labels}, labelSize {labelSize}.");
        (InputSize, Labels) = (inputSize, labels);
        _labels = new Embedding(parameters, $"{name}.labels", labels + 1, labelSize);
        _layer = layer.Build(parameters, $"{name}.layer", inputSize + labelSize);
        _output = new Linear(parameters, $"{name}.output", _layer.OutputSize, labels);
        Adopt(_labels);
        Adopt(_layer);
        Adopt(_output);
    }

    /// <summary>C, the number of input features.</summary>
    public int InputSize { get; }

    /// <summary>K, the number of labels.</summary>
    public int Labels { get; }

    /// <summary>What makes vectors of labels, the mark before the first step last; what reads each step beside one; and what scores the labels.</summary>
    internal (Embedding Labels, SequenceLayer Layer, Linear Output) Inside => (_labels, _layer, _output);

    /// <summary>The recurrent layers as PyTorch's modules call them.</summary>
    internal IEnumerable<RecurrentPart> Parts => _layer is Recurrent recurrent ? recurrent.Parts : [];

    /// <summary>For each step the label of the step before; K, the mark, for the first.</summary>
    /// <param name="labels">[S]: the label of each row.</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <param name="before">[S]: receives that of the row of the step before.</param>
    /// <exception cref="ArgumentException">There is not a label for each row.</exception>
    public void Before(ReadOnlySpan<int> labels, PackedSequences sequences, Span<int> before)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (labels.Length != sequences.RowCount || before.Length != sequences.RowCount)
            throw new ArgumentException($"LabelFeedback '{Name}' expects a label for each of the {sequences.RowCount} steps, but got {labels.Length} and room for {before.Length}.");
        for (int n = 0; n < sequences.Count; n++)
        {
            int last = Labels;
            for (int t = 0; t < sequences.Length(n); t++)
            {
                int row = sequences.Row(t, n);
                (before[row], last) = (last, labels[row]);
            }
        }
    }

    /// <summary>The scores of the labels, the labels before being given.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C].</param>
    /// <param name="before">[S]: for each step the label of the step before, 0 to K - 1, or K where there is none; not needed after the call.</param>
    /// <param name="sequences">How the steps lie; not to be set again before the tape's reset.</param>
    /// <returns>[S, K], on the tape.</returns>
    /// <exception cref="ArgumentException">A shape or a label does not fit.</exception>
    public Tensor Forward(Tape tape, Tensor x, ReadOnlySpan<int> before, PackedSequences sequences)
    {
        ArgumentNullException.ThrowIfNull(tape);
        CheckInput(x, sequences);
        Tensor both = tape.Concat(x, _labels.Forward(tape, before, new Shape(before.Length)));
        return _output.Forward(tape, _layer.Forward(tape, both, sequences, null, null));
    }

    /// <summary>The labels of each sequence, each step read together with the label that was chosen for the one before.</summary>
    /// <param name="x">[S, C].</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <param name="labels">[S]: receives a label for each row.</param>
    /// <param name="beam">How many beginnings of each sequence are followed; 1 (default) takes the likeliest label at each step: greedy.</param>
    /// <param name="allowed">Which labels may follow one another; null for all.</param>
    /// <returns>The logarithm of the probability of the chosen labels, for each sequence.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or the beam is below 1.</exception>
    public double[] Decode(Tensor x, PackedSequences sequences, Span<int> labels, int beam = 1, LabelRules? allowed = null)
    {
        CheckInput(x, sequences);
        if (beam < 1)
            throw new ArgumentException($"LabelFeedback '{Name}' expects a beam of 1 or more, but got {beam}.");
        if (labels.Length != sequences.RowCount)
            throw new ArgumentException($"LabelFeedback '{Name}' writes a label for each of the {sequences.RowCount} steps, but got room for {labels.Length}.");
        if (allowed is not null && allowed.Count != Labels)
            throw new ArgumentException($"LabelRules for {allowed.Count} labels do not fit {Labels} labels.");
        LabelBeams beams = new(sequences.Count, beam, Labels, allowed);
        RecurrentState state = _layer.InitialState(sequences.Count * beam), spare = _layer.InitialState(sequences.Count * beam);
        Tape tape = Tape.ForInference();
        for (int t = 0; t < sequences.Steps; t++)
        {
            // The sequences that have this step are the first in the packed order.
            int active = sequences.Rows.Active(t), rows = active * beam;
            (RecurrentState own, RecurrentState next) = (state.First(rows), spare.First(rows));
            Tensor step = tape.Rent(new Shape(rows, InputSize));
            for (int row = 0; row < rows; row++)
                x.Slice(sequences.Rows.First(t) + (row / beam), 1).Values.CopyTo(step.Slice(row, 1).Span);
            Tensor both = tape.Concat(step, _labels.Forward(tape, beams.Last[..rows], new Shape(rows)));
            Tensor read = _layer.Forward(tape, both.Reshape(1, rows, both.Shape[1]), own, own);
            ReadOnlySpan<int> from = beams.Extend(_output.Forward(tape, read.Reshape(rows, _layer.OutputSize)), active);
            tape.Reset();
            if (beam > 1)
            {
                next.Gather(own, from);
                (state, spare) = (spare, state);
            }
        }

        return beams.Write(sequences, labels);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"LabelFeedback({InputSize} -> {Labels}, {_layer.ToString().Split("  #")[0]})";

    private void CheckInput(Tensor x, PackedSequences sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (x.Shape.Rank != 2 || x.Shape[0] != sequences.RowCount || x.Shape[1] != InputSize)
            throw new ArgumentException($"LabelFeedback '{Name}' expects x [S={sequences.RowCount}, C={InputSize}], but got {x.Shape}.");
    }
}
