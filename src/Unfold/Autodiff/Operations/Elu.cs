using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>x</c> where it is above 0, else <c>alpha (exp(x) - 1)</c>, element by element.</summary>
    /// <remarks>
    /// Shapes: any, the result's the same. Gradient: <c>d</c> where <c>x > 0</c>, else <c>d alpha exp(x)</c>. Source: Clevert et al. 2016.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="alpha">What the result tends to far below 0, negated; 1 by default.</param>
    public static unsafe Tensor Elu(this Tape tape, Tensor x, float alpha = 1)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Elu, x, alpha, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = EluOperation.Instance, Output = y, A = x, Number = alpha });
        return y;
    }

    private sealed unsafe class EluOperation : TapeOperation
    {
        public static readonly EluOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(
                tape, entry.A, &Elementwise.EluAdjoint, tape.Gradient(entry.Output), entry.A, entry.Number);
    }
}
