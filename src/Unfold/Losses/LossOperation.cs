using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>
/// A loss on the tape: the forward pass has computed the operand's gradient for d = 1 with the loss itself, while its numbers were near.
/// </summary>
internal abstract class LossOperation : TapeOperation
{
    /// <summary>The gradient becomes the operand's own where it is its only one.</summary>
    public sealed override void Backward(Tape tape, in TapeEntry entry)
    {
        float d = tape.Gradient(entry.Output).Scalar;
        if (d == 1 && tape.TryAdoptGradient(entry.A, entry.B))
            return;
        ElementwiseJob.Scale(entry.B, d, tape.GradientTarget(entry.A, out bool accumulate), accumulate);
    }

    /// <summary>The loss as a tensor <c>[]</c>, recorded where there is a gradient.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="operand">What the gradient is of.</param>
    /// <param name="gradient">The operand's gradient for d = 1, of its shape, or none.</param>
    /// <param name="loss">The loss.</param>
    public Tensor Finish(Tape tape, Tensor operand, Tensor gradient, double loss)
    {
        Tensor result = tape.Rent(default);
        result.Span[0] = (float)loss;
        if (gradient.HasValue)
            tape.Record(new TapeEntry { Operation = this, Output = result, A = operand, B = gradient });
        return result;
    }
}
