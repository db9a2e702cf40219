using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>
/// The loss of a classifier: how surprised it is by the right class, in nats. Softmax and logarithm are computed in one,
/// <c>log(sum over v of exp z[v]) - z[target]</c> with the greatest z taken out first, so that no logits overflow.
/// </summary>
public static class SoftmaxCrossEntropy
{
    /// <summary>The target that stands for none, as in PyTorch: -100.</summary>
    public const int NoTarget = -100;

    /// <summary>Effectively computes the mean of <c>-log softmax(logits)[target]</c> over the rows that have a target; 0 if none has.</summary>
    /// <remarks>
    /// Shapes: logits <c>[.., V]</c>, a target for each row, the result a single number <c>[]</c>. Gradient: (softmax - one-hot) / number of
    /// targets. Cost: one exponential an element; while recording, as much memory as the logits, which becomes their gradient.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">Scores before the softmax.</param>
    /// <param name="targets">The right classes, 0 to V - 1, in the order of the rows; not needed after the call.</param>
    /// <param name="ignoreIndex">The target that stands for none: its row counts for nothing. -100 by default.</param>
    /// <exception cref="ArgumentException">A target is out of range, or there are not as many as rows.</exception>
    public static unsafe Tensor Forward(Tape tape, Tensor logits, ReadOnlySpan<int> targets, int ignoreIndex = NoTarget)
    {
        ArgumentNullException.ThrowIfNull(tape);
        CheckTargets(logits, targets, ignoreIndex);
        bool records = tape.Records(logits);
        int counted = targets.Length - targets.Count(ignoreIndex);
        Tensor losses = tape.Rent(new Shape(targets.Length));
        Tensor gradient = records ? tape.Rent(logits.Shape) : default;
        fixed (float* z = logits.Span, perRow = losses.Span, dz = records ? gradient.Span : default)
        fixed (int* t = targets)
        {
            SoftmaxCrossEntropyJob job = SoftmaxCrossEntropyJob.Own;
            job.Logits = z;
            job.Targets = t;
            job.Losses = perRow;
            job.Gradient = dz;
            job.Rows = targets.Length;
            job.Columns = logits.Shape.Last;
            job.IgnoreIndex = ignoreIndex;
            job.Factor = counted == 0 ? 0 : 1f / counted;
            job.Start();
        }

        double total = 0;
        foreach (float loss in losses.Values)
            total += loss;
        Tensor mean = tape.Rent(default);
        mean.Span[0] = counted == 0 ? 0 : (float)(total / counted);
        if (records)
            tape.Record(new TapeEntry { Operation = CrossEntropyOperation.Instance, Output = mean, A = logits, B = gradient });
        return mean;
    }

    /// <summary>Effectively computes <c>-log softmax(logits)[target]</c> for each row, 0 where the row has no target; for scoring.</summary>
    /// <param name="logits">Scores before the softmax, <c>[.., V]</c>.</param>
    /// <param name="targets">The right classes, 0 to V - 1, in the order of the rows.</param>
    /// <param name="losses">Receives a loss in nats for each row.</param>
    /// <param name="ignoreIndex">The target that stands for none. -100 by default.</param>
    /// <exception cref="ArgumentException">A target is out of range, or there are not as many targets and losses as rows.</exception>
    public static unsafe void PerRow(Tensor logits, ReadOnlySpan<int> targets, Span<float> losses, int ignoreIndex = NoTarget)
    {
        CheckTargets(logits, targets, ignoreIndex);
        if (losses.Length != targets.Length)
            throw new ArgumentException($"SoftmaxCrossEntropy writes {targets.Length} losses, but got room for {losses.Length}.");
        fixed (float* z = logits.Span, perRow = losses)
        fixed (int* t = targets)
        {
            SoftmaxCrossEntropyJob job = SoftmaxCrossEntropyJob.Own;
            job.Logits = z;
            job.Targets = t;
            job.Losses = perRow;
            job.Gradient = null;
            job.Rows = targets.Length;
            job.Columns = logits.Shape.Last;
            job.IgnoreIndex = ignoreIndex;
            job.Start();
        }
    }

    private static void CheckTargets(Tensor logits, ReadOnlySpan<int> targets, int ignoreIndex)
    {
        Shape shape = logits.Shape;
        if (shape.Rank == 0 || shape.Rows != targets.Length)
        {
            throw new ArgumentException($"SoftmaxCrossEntropy expects logits [.., V] and a target for each row, but got {shape} and "
                + $"{targets.Length} targets.");
        }

        Check.Indices("SoftmaxCrossEntropy", targets, shape.Last, ignoreIndex);
    }

    private sealed class CrossEntropyOperation : TapeOperation
    {
        public static readonly CrossEntropyOperation Instance = new();

        /// <summary>The forward pass has computed the gradient for d = 1; it becomes the logits' own where it is their only one.</summary>
        public override void Backward(Tape tape, in TapeEntry entry)
        {
            float d = tape.Gradient(entry.Output).Scalar;
            if (d == 1 && tape.TryAdoptGradient(entry.A, entry.B))
                return;
            ElementwiseJob.Scale(entry.B, d, tape.GradientTarget(entry.A, out bool accumulate), accumulate);
        }
    }
}
