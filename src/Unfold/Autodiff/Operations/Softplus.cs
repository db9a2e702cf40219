using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>log(1 + exp(x))</c> without overflow, element by element.</summary>
    /// <remarks>Shapes: any, the result's the same. Gradient: <c>d sigmoid(x)</c>. Source: Dugas et al. 2001.</remarks>
    public static unsafe Tensor Softplus(this Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Softplus, x, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = SoftplusOperation.Instance, Output = y, A = x });
        return y;
    }

    private sealed unsafe class SoftplusOperation : TapeOperation
    {
        public static readonly SoftplusOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.SoftplusAdjoint, tape.Gradient(entry.Output), entry.A);
    }
}
