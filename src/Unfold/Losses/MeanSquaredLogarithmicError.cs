using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The mean squared logarithmic error (MSLE): for amounts of very different sizes, of which the ratio matters.</summary>
public static unsafe class MeanSquaredLogarithmicError
{
    /// <summary>Effectively computes the mean of <c>(log(1 + x) - log(1 + t))²</c> over all elements.</summary>
    /// <remarks>
    /// Shapes: both the same, the result a single number <c>[]</c>. Both must be above -1: what makes the predictions should see to it, such as
    /// a softplus; the loss is NaN otherwise. Gradient: <c>2 (log(1 + x) - log(1 + t)) / (1 + x) / count</c>. Cost: two logarithms an element.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="predictions">x, above -1.</param>
    /// <param name="targets">t, above -1, constants; not needed after the call.</param>
    /// <param name="reduction">The mean, dividing by the number of elements, by default; or the sum.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no element, or the targets were made from trained parameters.</exception>
    public static Tensor Forward(Tape tape, Tensor predictions, Tensor targets, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("MeanSquaredLogarithmicError", tape, predictions, targets);
        return ElementwiseLoss.Forward(default(Loss), tape, predictions, targets, reduction == LossReduction.Mean ? targets.Shape.Length : 1);
    }

    private readonly struct Loss : IElementwiseLoss
    {
        public LossOperation Operation => SquaredLogarithmicErrorOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            Elementwise.LogOnePlus(x, work, n);
            Elementwise.LogOnePlus(t, spare, n);
            Elementwise.Subtract(work, spare, work, n);
            float sum = Elementwise.Dot(work, work, n);
            if (factor is float f)
            {
                Elementwise.AddScalar(x, spare, n, 1);
                Elementwise.Divide(work, spare, work, n);
                Elementwise.Scale(work, work, n, 2 * f);
            }

            return sum;
        }
    }

    private sealed class SquaredLogarithmicErrorOperation : LossOperation
    {
        public static readonly SquaredLogarithmicErrorOperation Instance = new();
    }
}
