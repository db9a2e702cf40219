using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>
/// The loss of yes-or-no questions, one or several side by side (multi-label): how surprised their answers are by the right ones, in nats.
/// Sigmoid and logarithm are computed in one, so that no logits overflow.
/// </summary>
public static unsafe class BinaryCrossEntropy
{
    /// <summary>Effectively computes the mean over all elements of <c>-w t log sigmoid(x) - (1 - t) log(1 - sigmoid(x))</c>.</summary>
    /// <remarks>
    /// Shapes: logits <c>[.., C]</c>, the targets' the same, the result a single number <c>[]</c>. Gradient:
    /// <c>(1 - t) sigmoid(x) - w t (1 - sigmoid(x))</c>, divided by the count. Cost: an exponential and a logarithm an element, and another
    /// exponential for the gradient. As PyTorch's BCEWithLogitsLoss.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">x, scores before the sigmoid.</param>
    /// <param name="targets">t, 0 for no and 1 for yes, or a probability between (soft); constants; not needed after the call.</param>
    /// <param name="positiveWeights">w, for each of the C questions what a yes counts beside a no; ones if none are given.</param>
    /// <param name="reduction">The mean, dividing by the number of elements whatever the weights, by default; or the sum.</param>
    /// <exception cref="ArgumentException">
    /// The shapes differ, there is no element, the weights are not C, or the targets were made from trained parameters.
    /// </exception>
    public static Tensor Forward(
        Tape tape, Tensor logits, Tensor targets, ReadOnlySpan<float> positiveWeights = default, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("BinaryCrossEntropy", tape, logits, targets);
        LossCheck.Weights("BinaryCrossEntropy", "positiveWeights", positiveWeights, logits);
        int count = reduction == LossReduction.Mean ? targets.Shape.Length : 1;
        fixed (float* weights = positiveWeights)
            return ElementwiseLoss.Forward(new Loss(weights, positiveWeights.Length), tape, logits, targets, count);
    }

    private readonly struct Loss(float* weights, int columns) : IElementwiseLoss
    {
        public LossOperation Operation => BinaryCrossEntropyOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            if (columns == 0)
                Elementwise.Fill(spare, n, 1);
            else
                Repeat(first, n, spare);
            Elementwise.BinaryCrossEntropy(x, t, spare, work, n);
            float sum = Elementwise.Sum(work, n);
            if (factor is float f)
            {
                Elementwise.BinaryCrossEntropyAdjoint(x, t, spare, work, n);
                Elementwise.Scale(work, work, n, f);
            }

            return sum;
        }

        /// <summary>The weights of n elements from the first on: row by row the same.</summary>
        private void Repeat(int first, int n, float* destination)
        {
            for (int i = 0; i < n;)
            {
                int column = (first + i) % columns;
                int run = Math.Min(columns - column, n - i);
                Elementwise.Copy(weights + column, destination + i, run);
                i += run;
            }
        }
    }

    private sealed class BinaryCrossEntropyOperation : LossOperation
    {
        public static readonly BinaryCrossEntropyOperation Instance = new();
    }
}
