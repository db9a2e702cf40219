using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The mean absolute error (MAE, L1 loss) of a regression: an outlier counts no more than its distance.</summary>
public static unsafe class MeanAbsoluteError
{
    /// <summary>Effectively computes the mean of <c>|x - t|</c> over all elements.</summary>
    /// <remarks>
    /// Shapes: both the same, the result a single number <c>[]</c>. Gradient: 1 or -1, or 0 where x = t, divided by the count. Cost: one
    /// pass, with the gradient in it.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="predictions">x.</param>
    /// <param name="targets">t, constants; not needed after the call.</param>
    /// <param name="reduction">The mean, dividing by the number of elements, by default; or the sum.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no element, or the targets were made from trained parameters.</exception>
    public static Tensor Forward(Tape tape, Tensor predictions, Tensor targets, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("MeanAbsoluteError", tape, predictions, targets);
        return ElementwiseLoss.Forward(default(Loss), tape, predictions, targets, reduction == LossReduction.Mean ? targets.Shape.Length : 1);
    }

    private readonly struct Loss : IElementwiseLoss
    {
        public LossOperation Operation => AbsoluteErrorOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            Elementwise.Subtract(x, t, work, n);
            Elementwise.Abs(work, spare, n);
            if (factor is float f)
            {
                Elementwise.Sign(work, work, n);
                Elementwise.Scale(work, work, n, f);
            }

            return Elementwise.Sum(spare, n);
        }
    }

    private sealed class AbsoluteErrorOperation : LossOperation
    {
        public static readonly AbsoluteErrorOperation Instance = new();
    }
}
