using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The Huber loss of a regression: squared for small errors, absolute for large ones, so that an outlier does not rule.</summary>
public static unsafe class HuberLoss
{
    /// <summary>
    /// Effectively computes, with e = x - t, the mean over all elements of <c>e² / 2</c> where |e| ≤ delta, else
    /// <c>delta (|e| - delta / 2)</c>.
    /// </summary>
    /// <remarks>
    /// Shapes: both the same, the result a single number <c>[]</c>. Gradient: e held within ±delta, divided by the count. Cost: one pass, with the
    /// gradient in it. PyTorch's smooth L1 loss is this divided by delta. Source: Huber 1964.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="predictions">x.</param>
    /// <param name="targets">t, constants; not needed after the call.</param>
    /// <param name="delta">Where the square ends; above 0, 1 by default.</param>
    /// <param name="reduction">The mean, dividing by the number of elements, by default; or the sum.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no element, or the targets were made from trained parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Delta is not above 0.</exception>
    public static Tensor Forward(
        Tape tape, Tensor predictions, Tensor targets, float delta = 1, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("HuberLoss", tape, predictions, targets);
        if (!(delta > 0))
            throw new ArgumentOutOfRangeException(nameof(delta), $"HuberLoss expects a delta above 0, but got {delta}.");
        return ElementwiseLoss.Forward(new Loss(delta), tape, predictions, targets, reduction == LossReduction.Mean ? targets.Shape.Length : 1);
    }

    private readonly struct Loss(float delta) : IElementwiseLoss
    {
        public LossOperation Operation => HuberOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            // With c = e held within ±delta, both branches are c (e - c / 2).
            Elementwise.Subtract(x, t, work, n);
            Elementwise.Clip(work, spare, n, -delta, delta);
            float sum = Elementwise.Dot(spare, work, n) - 0.5f * Elementwise.Dot(spare, spare, n);
            if (factor is float f)
                Elementwise.Scale(spare, work, n, f);
            return sum;
        }
    }

    private sealed class HuberOperation : LossOperation
    {
        public static readonly HuberOperation Instance = new();
    }
}
