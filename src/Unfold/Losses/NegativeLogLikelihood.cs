using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>
/// The negative log-likelihood of the right classes, in nats, where the logarithms of the probabilities are at hand; from logits use
/// <see cref="SoftmaxCrossEntropy"/>, which is the two steps in one.
/// </summary>
public static class NegativeLogLikelihood
{
    /// <summary>Effectively computes the mean of <c>-w[target] x[target]</c> over the rows that have a target; 0 if none has.</summary>
    /// <remarks>
    /// Shapes: x <c>[.., V]</c>, a target for each row, the result a single number <c>[]</c>. Gradient: <c>-w[target] / count</c> at the
    /// targets, else 0. Cost: one number a row; while recording, as much memory as x.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="logProbabilities">x, the logarithms of the classes' probabilities, as <c>LogSoftmax</c> gives them.</param>
    /// <param name="targets">The right classes, 0 to V - 1, in the order of the rows; not needed after the call.</param>
    /// <param name="ignoreIndex">The target that stands for none: its row counts for nothing. -100 by default.</param>
    /// <param name="classWeights">w, for each of the V classes what it counts; ones if none are given.</param>
    /// <param name="reduction">The mean by default, dividing by the sum of w[target] over the rows that have one; or the sum.</param>
    /// <exception cref="ArgumentException">A target is out of range, there are not as many as rows, or the weights are not V.</exception>
    public static Tensor Forward(
        Tape tape, Tensor logProbabilities, ReadOnlySpan<int> targets, int ignoreIndex = SoftmaxCrossEntropy.NoTarget,
        ReadOnlySpan<float> classWeights = default, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(tape);
        LossCheck.Rows("NegativeLogLikelihood", logProbabilities, targets, ignoreIndex);
        LossCheck.Weights("NegativeLogLikelihood", nameof(classWeights), classWeights, logProbabilities);
        double count = reduction == LossReduction.Sum ? 1 : RowCount.Of(targets, ignoreIndex, classWeights);
        double factor = count == 0 ? 0 : 1 / count;
        Tensor gradient = tape.Records(logProbabilities) ? tape.Rent(logProbabilities.Shape) : default;
        Span<float> slopes = gradient.HasValue ? gradient.Span : default;
        ClearJob.Run(slopes);
        ReadOnlySpan<float> x = logProbabilities.Values;
        double loss = 0;
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] == ignoreIndex)
                continue;
            int at = row * logProbabilities.Shape.Last + targets[row];
            double weight = classWeights.IsEmpty ? 1 : classWeights[targets[row]];
            loss -= weight * x[at];
            if (gradient.HasValue)
                slopes[at] = (float)(-weight * factor);
        }

        return LogLikelihoodOperation.Instance.Finish(tape, logProbabilities, gradient, loss * factor);
    }

    private sealed class LogLikelihoodOperation : LossOperation
    {
        public static readonly LogLikelihoodOperation Instance = new();
    }
}
