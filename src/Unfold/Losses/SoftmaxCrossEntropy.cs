using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>
/// The loss of a classifier: how surprised it is by the right class, in nats. Softmax and logarithm are computed in one,
/// <c>log(sum over v of exp z[v]) - z[target]</c> with the greatest z taken out first, so that no logits overflow.
/// </summary>
public static unsafe class SoftmaxCrossEntropy
{
    /// <summary>The target that stands for none, as in PyTorch: -100.</summary>
    public const int NoTarget = -100;

    private const string Name = "SoftmaxCrossEntropy";

    /// <summary>
    /// Effectively computes the mean of <c>-w[target] log softmax(logits)[target]</c> over the rows that have a target; 0 if none has.
    /// </summary>
    /// <remarks>
    /// Shapes: logits <c>[.., V]</c>, a target for each row, the result a single number <c>[]</c>. Gradient: w (softmax - one-hot) / count.
    /// Label smoothing s takes <c>(1 - s) one-hot + s / V</c> for the one-hot target, each class times its own weight. Cost: one
    /// exponential an element; while recording, as much memory as the logits, which becomes their gradient. Sources: Szegedy et al. 2016
    /// (label smoothing); otherwise as PyTorch.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">Scores before the softmax.</param>
    /// <param name="targets">The right classes, 0 to V - 1, in the order of the rows; not needed after the call.</param>
    /// <param name="ignoreIndex">The target that stands for none: its row counts for nothing. -100 by default.</param>
    /// <param name="labelSmoothing">s, from 0, the default, to 1.</param>
    /// <param name="classWeights">w, for each of the V classes what it counts; ones if none are given.</param>
    /// <param name="reduction">The mean by default, dividing by the sum of w[target] over the rows that have one; or the sum.</param>
    /// <exception cref="ArgumentException">A target is out of range, there are not as many as rows, or the weights are not V.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The label smoothing is not from 0 to 1.</exception>
    public static Tensor Forward(
        Tape tape, Tensor logits, ReadOnlySpan<int> targets, int ignoreIndex = NoTarget, float labelSmoothing = 0,
        ReadOnlySpan<float> classWeights = default, LossReduction reduction = LossReduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(tape);
        LossCheck.Rows(Name, logits, targets, ignoreIndex);
        LossCheck.Smoothing(Name, labelSmoothing);
        LossCheck.Weights(Name, nameof(classWeights), classWeights, logits);
        double count = reduction == LossReduction.Sum ? 1 : RowCount.Of(targets, ignoreIndex, classWeights);
        Tensor losses = tape.Rent(new Shape(targets.Length));
        Tensor gradient = tape.Records(logits) ? tape.Rent(logits.Shape) : default;
        fixed (float* z = logits.Span, perRow = losses.Span, dz = gradient.HasValue ? gradient.Span : default, w = classWeights)
        fixed (int* t = targets)
        {
            SoftmaxCrossEntropyJob job = Prepare(z, t, perRow, logits, ignoreIndex);
            job.Gradient = dz;
            job.Factor = count == 0 ? 0 : (float)(1 / count);
            job.Smoothing = labelSmoothing;
            job.Weights = w;
            job.WeightSum = w is null ? job.Columns : RowCount.Sum(classWeights);
            job.Start();
        }

        return CrossEntropyOperation.Instance.Finish(tape, logits, gradient, count == 0 ? 0 : RowCount.Sum(losses.Values) / count);
    }

    /// <summary>
    /// Effectively computes the mean over rows of <c>-sum over v of w[v] p[v] log softmax(logits)[v]</c> for targets p that are
    /// distributions over the classes (soft targets), such as another model's answers.
    /// </summary>
    /// <remarks>
    /// Shapes: logits and targets <c>[.., V]</c>, the result a single number <c>[]</c>. Gradient, with q = w p:
    /// <c>softmax * (sum over v of q) - q</c>, divided by the count. Cost: one exponential an element, and another for the gradient.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">Scores before the softmax.</param>
    /// <param name="targets">p, each row adding up to 1, constants; not needed after the call.</param>
    /// <param name="labelSmoothing">s, which takes <c>(1 - s) p + s / V</c> for p; from 0, the default, to 1.</param>
    /// <param name="classWeights">w, for each of the V classes what it counts; ones if none are given.</param>
    /// <param name="reduction">The mean by default, dividing by the number of rows whatever the weights; or the sum.</param>
    /// <exception cref="ArgumentException">
    /// The shapes differ, there is no element, the weights are not V, or the targets were made from trained parameters.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The label smoothing is not from 0 to 1.</exception>
    public static Tensor Forward(
        Tape tape, Tensor logits, Tensor targets, float labelSmoothing = 0, ReadOnlySpan<float> classWeights = default,
        LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements(Name, tape, logits, targets);
        LossCheck.Smoothing(Name, labelSmoothing);
        LossCheck.Weights(Name, nameof(classWeights), classWeights, logits);
        int rows = logits.Shape.Rows;
        int count = reduction == LossReduction.Sum ? 1 : rows;
        Tensor losses = tape.Rent(new Shape(rows));
        Tensor gradient = tape.Records(logits) ? tape.Rent(logits.Shape) : default;
        fixed (float* z = logits.Span, t = targets.Span, perRow = losses.Span, dz = gradient.HasValue ? gradient.Span : default, w = classWeights)
        {
            SoftTargetJob job = SoftTargetJob.Own;
            job.Scores = z;
            job.Targets = t;
            job.Losses = perRow;
            job.Gradient = dz;
            job.Weights = w;
            (job.Rows, job.Columns, job.Factor, job.Smoothing) = (rows, logits.Shape.Last, 1f / count, labelSmoothing);
            job.Start();
        }

        return CrossEntropyOperation.Instance.Finish(tape, logits, gradient, RowCount.Sum(losses.Values) / count);
    }

    /// <summary>Effectively computes <c>-log softmax(logits)[target]</c> for each row, 0 where the row has no target; for scoring.</summary>
    /// <param name="logits">Scores before the softmax, <c>[.., V]</c>.</param>
    /// <param name="targets">The right classes, 0 to V - 1, in the order of the rows.</param>
    /// <param name="losses">Receives a loss in nats for each row.</param>
    /// <param name="ignoreIndex">The target that stands for none. -100 by default.</param>
    /// <exception cref="ArgumentException">A target is out of range, or there are not as many targets and losses as rows.</exception>
    public static void PerRow(Tensor logits, ReadOnlySpan<int> targets, Span<float> losses, int ignoreIndex = NoTarget)
    {
        LossCheck.Rows(Name, logits, targets, ignoreIndex);
        if (losses.Length != targets.Length)
            throw new ArgumentException($"SoftmaxCrossEntropy writes {targets.Length} losses, but got room for {losses.Length}.");
        fixed (float* z = logits.Span, perRow = losses)
        fixed (int* t = targets)
            Prepare(z, t, perRow, logits, ignoreIndex).Start();
    }

    /// <summary>This thread's job for plain losses: no gradient, weights or smoothing.</summary>
    private static SoftmaxCrossEntropyJob Prepare(float* z, int* targets, float* losses, Tensor logits, int ignoreIndex)
    {
        SoftmaxCrossEntropyJob job = SoftmaxCrossEntropyJob.Own;
        job.Scores = z;
        job.Targets = targets;
        job.Losses = losses;
        job.Gradient = null;
        job.Weights = null;
        (job.Rows, job.Columns, job.IgnoreIndex, job.Smoothing) = (logits.Shape.Rows, logits.Shape.Last, ignoreIndex, 0);
        return job;
    }

    private sealed class CrossEntropyOperation : LossOperation
    {
        public static readonly CrossEntropyOperation Instance = new();
    }
}
