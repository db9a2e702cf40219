using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Any two sequence layers, of which one reads every sequence from its own beginning and the other from its own end, so that each output knows the whole sequence.
/// </summary>
/// <remarks>
/// Effectively computes <c>merge(forward(x), reverse(backward(reverse(x))))</c>, where reverse turns each sequence over within its own length. Shapes: x <c>[S, C]</c>, the steps of
/// sequences of different lengths, or <c>[T, N, C]</c>; output the same with O, or 2 O concatenated, for C. Cost: that of both layers, and two copies. It cannot stream: the first output waits
/// for the last input. Each sequence gets the bits that it gets alone. Source: Schuster and Paliwal 1997.
/// </remarks>
public sealed class Bidirectional : Layer
{
    /// <summary>Makes the layer of two; it has no parameters beside theirs.</summary>
    /// <param name="forward">Reads from the beginning.</param>
    /// <param name="backward">Reads from the end; of the same sizes.</param>
    /// <param name="merge">How their outputs become one; default concatenated.</param>
    /// <exception cref="ArgumentException">The layers' sizes differ.</exception>
    public Bidirectional(SequenceLayer forward, SequenceLayer backward, DirectionMerge merge = DirectionMerge.Concatenate)
        : base(forward is null ? "" : forward.Name)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(backward);
        if (forward.InputSize != backward.InputSize || forward.OutputSize != backward.OutputSize)
        {
            throw new ArgumentException($"Bidirectional expects two layers of the same sizes, but got {forward.InputSize} -> {forward.OutputSize} and "
                + $"{backward.InputSize} -> {backward.OutputSize}.");
        }

        (ForwardLayer, BackwardLayer, Merge) = (forward, backward, merge);
        Adopt(forward);
        Adopt(backward);
    }

    /// <summary>What reads from the beginning.</summary>
    public SequenceLayer ForwardLayer { get; }

    /// <summary>What reads from the end.</summary>
    public SequenceLayer BackwardLayer { get; }

    /// <summary>How the outputs become one.</summary>
    public DirectionMerge Merge { get; }

    /// <summary>C, the number of input features.</summary>
    public int InputSize => ForwardLayer.InputSize;

    /// <summary>The number of output features: those of one direction, or twice as many when concatenated.</summary>
    public int OutputSize => Merge == DirectionMerge.Concatenate ? 2 * ForwardLayer.OutputSize : ForwardLayer.OutputSize;

    /// <summary>Runs both directions over sequences whose steps lie as rows.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C].</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <returns>The output [S, O], on the tape.</returns>
    /// <exception cref="ArgumentException">x has another shape.</exception>
    public Tensor Forward(Tape tape, Tensor x, PackedSequences sequences)
    {
        (Tensor forward, Tensor backward) = Both(tape, x, sequences);
        return Merged(tape, forward, Rows(tape, backward, sequences.Reversed));
    }

    /// <summary>Runs both directions over a padded batch.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[T, N, C]; what lies beyond a sequence's end is not looked at.</param>
    /// <param name="lengths">[N]: the steps of each sequence, 1 to T, in any order.</param>
    /// <returns>The output [T, N, O], zeros beyond a sequence's end, on the tape.</returns>
    /// <exception cref="ArgumentException">x or the lengths do not fit.</exception>
    public Tensor Forward(Tape tape, Tensor x, ReadOnlySpan<int> lengths)
    {
        if (x.Shape.Rank != 3)
            throw new ArgumentException($"Bidirectional '{Name}' expects x [T, N, C={InputSize}], but got {x.Shape}.");
        PackedSequences sequences = SequenceRowsOperation.Sequences(tape, $"Bidirectional '{Name}'", x, lengths);
        return SequenceRowsOperation.Padded(tape, Forward(tape, SequenceRowsOperation.Packed(tape, x, sequences), sequences), sequences, x.Shape[0]);
    }

    /// <summary>What each direction gives when it has read the whole sequence: the forward one after the last step, the backward one after the first.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C].</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <returns>Both merged, <c>[N, O]</c>, in the order of the sequences.</returns>
    /// <exception cref="ArgumentException">x has another shape.</exception>
    public Tensor Last(Tape tape, Tensor x, PackedSequences sequences)
    {
        (Tensor forward, Tensor backward) = Both(tape, x, sequences);
        return Merged(tape, Rows(tape, forward, sequences.LastRows), Rows(tape, backward, sequences.LastRows));
    }

    /// <summary>Chosen rows of a matrix.</summary>
    internal static Tensor Rows(Tape tape, Tensor x, ReadOnlySpan<int> rows) => tape.Embedding(x, rows, new Shape(rows.Length));

    /// <inheritdoc/>
    protected override string Describe() => $"Bidirectional({ForwardLayer.ToString().Split("  #")[0]}, {(Merge switch { DirectionMerge.Sum => "sum", DirectionMerge.Average => "average", _ => "concatenate" })})";

    /// <summary>Both directions' outputs, each in the order in which it reads.</summary>
    private (Tensor Forward, Tensor Backward) Both(Tape tape, Tensor x, PackedSequences sequences)
    {
        Tensor forward = ForwardLayer.Forward(tape, x, sequences, null, null);
        return (forward, BackwardLayer.Forward(tape, Rows(tape, x, sequences.Reversed), sequences, null, null));
    }

    private Tensor Merged(Tape tape, Tensor forward, Tensor backward) => Merge switch
    {
        DirectionMerge.Sum => tape.Add(forward, backward),
        DirectionMerge.Average => tape.Scale(tape.Add(forward, backward), 0.5f),
        _ => tape.Concat(forward, backward),
    };
}
