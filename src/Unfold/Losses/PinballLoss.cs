using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The pinball loss of quantiles: least where a share q of the truth lies below a prediction.</summary>
public static unsafe class PinballLoss
{
    /// <summary>Effectively computes, with e = t - x, the mean over all elements of <c>q e</c> where e is above 0, else <c>(q - 1) e</c>.</summary>
    /// <remarks>
    /// Shapes: predictions and targets <c>[.., Q]</c>, the result a single number <c>[]</c>. Gradient: -q where the truth is above the prediction, 1 - q where it is below, 0 where both are equal; divided
    /// by the count. Cost: one pass, with the gradient in it. Source: Koenker and Bassett 1978. A q of 0.5 gives half the absolute error.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="predictions">x: for each of the Q quantiles a prediction.</param>
    /// <param name="targets">t, the truth beside each, constants; not needed after the call.</param>
    /// <param name="quantiles">[Q], each above 0 and below 1.</param>
    /// <param name="reduction">The mean, dividing by the number of elements, by default; or the sum.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no element, the quantiles are not Q or out of range, or the targets were made from trained parameters.</exception>
    public static Tensor Forward(Tape tape, Tensor predictions, Tensor targets, ReadOnlySpan<float> quantiles, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("PinballLoss", tape, predictions, targets);
        if (quantiles.IsEmpty || predictions.Shape.Rank == 0 || predictions.Shape.Last != quantiles.Length)
            throw new ArgumentException($"PinballLoss expects a quantile for each number of the last axis, but got {quantiles.Length} quantiles and {predictions.Shape}.");
        foreach (float quantile in quantiles)
        {
            if (!(quantile > 0 && quantile < 1))
                throw new ArgumentException($"PinballLoss expects quantiles above 0 and below 1, but got {quantile}.");
        }

        fixed (float* q = quantiles)
            return ElementwiseLoss.Forward(new Loss(q, quantiles.Length), tape, predictions, targets, reduction == LossReduction.Mean ? targets.Shape.Length : 1);
    }

    private readonly struct Loss(float* quantiles, int columns) : IElementwiseLoss
    {
        public LossOperation Operation => PinballOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            for (int i = 0; i < n; i++)
            {
                // The slope: q above, q - 1 below, 0 between.
                float e = t[i] - x[i], q = quantiles[(first + i) % columns];
                work[i] = e;
                spare[i] = e > 0 ? q : e < 0 ? q - 1 : 0;
            }

            float sum = Elementwise.Dot(work, spare, n);
            if (factor is float f)
                Elementwise.Scale(spare, work, n, -f);
            return sum;
        }
    }

    private sealed class PinballOperation : LossOperation
    {
        public static readonly PinballOperation Instance = new();
    }
}
