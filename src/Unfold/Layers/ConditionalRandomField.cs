using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Scores whole sequences of labels: what each step says for each label, and what each label says for the one behind it. A linear-chain conditional random field.
/// </summary>
/// <remarks>
/// Effectively computes <c>p(y | x) = exp(s(y)) / sum over all y' of exp(s(y'))</c> with
/// <c>s(y) = start[y 0] + sum over t of (scores[t, y t] + transitions[y t-1, y t]) + end[y L-1]</c>. Shapes: scores <c>[S, K]</c>, the steps of sequences as
/// <see cref="PackedSequences"/> lays them out. Parameters: <c>NAME.start [K]</c>, <c>NAME.end [K]</c> and <c>NAME.transitions [K, K]</c>, from row to column; all begin uniform from -0.1 to 0.1.
/// Cost: K² exponentials a step, and as many backwards. Source: Lafferty, McCallum and Pereira 2001.
/// </remarks>
public sealed class ConditionalRandomField : Layer
{
    private readonly Parameter _start, _end, _transitions;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>crf</c>.</param>
    /// <param name="labels">K, the number of labels; 1 or more.</param>
    /// <exception cref="ArgumentException">There are no labels, or a name is taken.</exception>
    public ConditionalRandomField(ParameterSet parameters, string name, int labels)
        : base(name)
    {
        if (labels < 1)
            throw new ArgumentException($"ConditionalRandomField '{name}' expects 1 label or more, but got {labels}.");
        Labels = labels;
        Initializer initializer = Initializer.Uniform(-0.1, 0.1);
        _start = AddParameter(parameters, "start", new Shape(labels), initializer);
        _end = AddParameter(parameters, "end", new Shape(labels), initializer);
        _transitions = AddParameter(parameters, "transitions", new Shape(labels, labels), initializer);
    }

    /// <summary>K, the number of labels.</summary>
    public int Labels { get; }

    /// <summary>Effectively computes <c>-log p(y | x)</c> of all sequences together, divided by S, the number of their steps: nats a step, as a cross-entropy.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="scores">[S, K].</param>
    /// <param name="labels">[S]: the right labels, 0 to K - 1, in the order of the rows; not needed after the call.</param>
    /// <param name="sequences">How the steps lie; not to be set again before the tape's reset.</param>
    /// <returns>A single number <c>[]</c>, on the tape.</returns>
    /// <exception cref="ArgumentException">The scores have another shape, or a label is out of range.</exception>
    public Tensor Loss(Tape tape, Tensor scores, ReadOnlySpan<int> labels, PackedSequences sequences)
    {
        CheckScores(scores, sequences);
        return LinearChainOperation.Loss(tape, scores, _start.Value, _end.Value, _transitions.Value, labels, sequences);
    }

    /// <summary>The likeliest labels of each sequence, found by the Viterbi algorithm; of equal ones, those of the lowest numbers at the end.</summary>
    /// <param name="scores">[S, K].</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <param name="labels">[S]: receives a label for each row.</param>
    /// <param name="allowed">Which labels may follow one another; null for all.</param>
    /// <returns>s(y), the scores of the chosen labels, summed over all sequences.</returns>
    /// <exception cref="ArgumentException">The scores have another shape, or there is not a label for each row.</exception>
    public double Decode(Tensor scores, PackedSequences sequences, Span<int> labels, LabelRules? allowed = null)
    {
        CheckScores(scores, sequences);
        return Paths(allowed).Decode(scores, sequences, labels);
    }

    /// <summary>What finds the likeliest labels.</summary>
    internal Viterbi Paths(LabelRules? allowed) => new(_start.Value.Values, _end.Value.Values, _transitions.Value.Values, allowed);

    /// <inheritdoc/>
    protected override string Describe() => $"ConditionalRandomField({Labels})";

    private void CheckScores(Tensor scores, PackedSequences sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (scores.Shape.Rank != 2 || scores.Shape[0] != sequences.RowCount || scores.Shape[1] != Labels)
        {
            throw new ArgumentException($"ConditionalRandomField '{Name}' expects scores [S={sequences.RowCount}, K={Labels}], but got {scores.Shape}.");
        }
    }
}
