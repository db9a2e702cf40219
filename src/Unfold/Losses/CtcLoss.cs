using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>
/// Connectionist temporal classification: the loss of labels that are known in their order but not in their time, such as the phonemes of a recording.
/// </summary>
/// <remarks>
/// A path gives each step one of K labels, one of which is the blank; what it says is what is left of it when equal neighbours are made one and blanks are taken out. The loss of a sequence is
/// <c>-log of the sum over all paths that say y of the product over t of softmax(logits[t])[path t]</c>. Gradient of a sequence's logits: softmax less the share of the paths that are at each label.
/// Cost: L (2 U + 1) logarithms and exponentials for L steps and U labels, and as many backwards; computed in double precision. Source: Graves et al. 2006.
/// </remarks>
public static class CtcLoss
{
    /// <summary>Effectively computes the loss of sequences, as PyTorch's <c>ctc_loss</c> does of log-softmax(logits).</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">[S, K]: scores before the softmax, for the steps of sequences as <see cref="PackedSequences"/> lays them out.</param>
    /// <param name="sequences">How the steps lie; not to be set again before the tape's reset.</param>
    /// <param name="labels">The labels of all sequences one behind the other, 0 to K - 1 and none the blank; not needed after the call.</param>
    /// <param name="counts">[N]: U, how many of them each sequence has; 0 for a sequence of blanks alone.</param>
    /// <param name="blank">The number of the blank; 0 by default.</param>
    /// <param name="reduction">The mean by default: each sequence's loss divided by its U, or by 1 where that is 0, and the mean of those; or the sum.</param>
    /// <returns>A single number <c>[]</c>, in nats, on the tape.</returns>
    /// <exception cref="ArgumentException">A size or label does not fit, or a sequence has fewer steps than its labels need: see <see cref="StepsNeeded"/>.</exception>
    public static Tensor Forward(
        Tape tape, Tensor logits, PackedSequences sequences, ReadOnlySpan<int> labels, ReadOnlySpan<int> counts, int blank = 0, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(tape);
        CheckLogits(logits, sequences, blank);
        CheckLabels(sequences, labels, counts, logits.Shape[1], blank);
        int batch = sequences.Count;
        Tensor gradient = tape.Records(logits) ? tape.Rent(logits.Shape) : default;
        CtcJob job = CtcJob.Own;
        job.Set(tape, logits, gradient, sequences, labels, counts, blank);
        for (int n = 0; n < batch; n++)
            job.Factors[n] = reduction == LossReduction.Sum ? 1 : 1.0 / batch / Math.Max(1, counts[n]);
        job.Run();
        double loss = 0;
        for (int n = 0; n < batch; n++)
            loss += job.Losses[n] * job.Factors[n];
        return CtcOperation.Instance.Finish(tape, logits, gradient, loss);
    }

    /// <summary>The fewest steps in which labels can be said: one for each, and one for the blank between any two equal ones.</summary>
    /// <param name="labels">The labels.</param>
    public static int StepsNeeded(ReadOnlySpan<int> labels)
    {
        int steps = labels.Length;
        for (int i = 1; i < labels.Length; i++)
            steps += labels[i] == labels[i - 1] ? 1 : 0;
        return steps;
    }

    /// <summary>Refuses scores that do not fit.</summary>
    internal static void CheckLogits(Tensor logits, PackedSequences sequences, int blank)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (logits.Shape.Rank != 2 || logits.Shape[0] != sequences.RowCount)
            throw new ArgumentException($"CtcLoss expects logits [S={sequences.RowCount}, K], a row for each step, but got {logits.Shape}.");
        if (blank < 0 || blank >= logits.Shape[1])
            throw new ArgumentException($"CtcLoss expects a blank from 0 to K - 1 = {logits.Shape[1] - 1}, but got {blank}.");
    }

    private static void CheckLabels(PackedSequences sequences, ReadOnlySpan<int> labels, ReadOnlySpan<int> counts, int classes, int blank)
    {
        if (counts.Length != sequences.Count)
            throw new ArgumentException($"CtcLoss expects for each of the N = {sequences.Count} sequences how many labels it has, but got {counts.Length} numbers.");
        Check.Indices("CtcLoss", labels, classes);
        int first = 0;
        for (int n = 0; n < counts.Length; n++)
        {
            if (counts[n] < 0 || counts[n] > labels.Length - first)
                throw new ArgumentException($"CtcLoss expects labels for all sequences, but there are {labels.Length} and sequence {n} has {counts[n]} behind the first {first}.");
            ReadOnlySpan<int> own = labels.Slice(first, counts[n]);
            if (own.Contains(blank))
                throw new ArgumentException($"CtcLoss expects labels other than the blank, {blank}, but sequence {n} has it.");
            if (StepsNeeded(own) > sequences.Length(n))
            {
                throw new ArgumentException($"CtcLoss cannot align sequence {n}: its {counts[n]} labels need {StepsNeeded(own)} steps, one each and a blank between equal ones, but it has {sequences.Length(n)}.\n"
                    + "  Leave it out, or let the layers before keep more steps.");
            }

            first += counts[n];
        }

        if (first != labels.Length)
            throw new ArgumentException($"CtcLoss expects as many labels as the sequences have, {first}, but got {labels.Length}.");
    }

    private sealed class CtcOperation : LossOperation
    {
        public static readonly CtcOperation Instance = new();
    }
}
