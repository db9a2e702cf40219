using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The hinge loss of yes-or-no questions: whoever is right by the margin pays nothing, as in a support vector machine.</summary>
public static unsafe class HingeLoss
{
    /// <summary>Effectively computes the mean of <c>max(0, margin - t x)</c> over all elements.</summary>
    /// <remarks>
    /// Shapes: both the same, the result a single number <c>[]</c>. Gradient: <c>-t / count</c> where the loss is above 0, else 0. Cost:
    /// one pass, with the gradient in it. Source: Cortes and Vapnik 1995. For several classes of which one is right see
    /// <see cref="MultiClassHingeLoss"/>.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="scores">x, of either sign.</param>
    /// <param name="targets">t, -1 for no and 1 for yes; not needed after the call.</param>
    /// <param name="margin">By how much to be right; 1 by default.</param>
    /// <param name="reduction">The mean, dividing by the number of elements, by default; or the sum.</param>
    /// <exception cref="ArgumentException">
    /// The shapes differ, there is no element, the targets were made from trained parameters, or one is neither -1 nor 1.
    /// </exception>
    public static Tensor Forward(Tape tape, Tensor scores, Tensor targets, float margin = 1, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("HingeLoss", tape, scores, targets);
        int wrong = targets.Values.IndexOfAnyExcept(-1f, 1f);
        if (wrong >= 0)
            throw new ArgumentException($"HingeLoss expects targets of -1 or 1, but element {wrong} is {targets.Values[wrong]}.");
        return ElementwiseLoss.Forward(new Loss(margin), tape, scores, targets, reduction == LossReduction.Mean ? targets.Shape.Length : 1);
    }

    private readonly struct Loss(float margin) : IElementwiseLoss
    {
        public LossOperation Operation => HingeOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            Elementwise.Multiply(x, t, spare, n);
            Elementwise.ReverseSubtract(spare, spare, n, margin);
            Elementwise.Relu(spare, spare, n);
            if (factor is float f)
            {
                Elementwise.ReluAdjoint(t, spare, work, n);
                Elementwise.Scale(work, work, n, -f);
            }

            return Elementwise.Sum(spare, n);
        }
    }

    private sealed class HingeOperation : LossOperation
    {
        public static readonly HingeOperation Instance = new();
    }
}
