using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The mean squared error (MSE) of a regression, and as <see cref="LossReduction.Sum"/> the sum of squared errors.</summary>
public static unsafe class MeanSquaredError
{
    /// <summary>Effectively computes the mean of <c>(x - t)²</c> over all elements.</summary>
    /// <remarks>
    /// Shapes: both the same, the result a single number <c>[]</c>. Gradient: <c>2 (x - t) / count</c>. Cost: one pass, with the gradient
    /// in it.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="predictions">x.</param>
    /// <param name="targets">t, constants; not needed after the call.</param>
    /// <param name="reduction">The mean, dividing by the number of elements, by default; or the sum.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no element, or the targets were made from trained parameters.</exception>
    public static Tensor Forward(Tape tape, Tensor predictions, Tensor targets, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("MeanSquaredError", tape, predictions, targets);
        return ElementwiseLoss.Forward(default(Loss), tape, predictions, targets, reduction == LossReduction.Mean ? targets.Shape.Length : 1);
    }

    private readonly struct Loss : IElementwiseLoss
    {
        public LossOperation Operation => SquaredErrorOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            Elementwise.Subtract(x, t, work, n);
            float sum = Elementwise.Dot(work, work, n);
            if (factor is float f)
                Elementwise.Scale(work, work, n, 2 * f);
            return sum;
        }
    }

    private sealed class SquaredErrorOperation : LossOperation
    {
        public static readonly SquaredErrorOperation Instance = new();
    }
}
