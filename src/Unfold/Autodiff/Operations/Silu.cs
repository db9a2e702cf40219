using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>x sigmoid(x)</c>, element by element; also called swish.</summary>
    /// <remarks>
    /// Shapes: any, the result's the same. Gradient, with s = sigmoid(x): <c>d s (1 + x (1 - s))</c>. Source: Hendrycks and Gimpel 2016.
    /// </remarks>
    public static unsafe Tensor Silu(this Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Silu, x, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = SiluOperation.Instance, Output = y, A = x });
        return y;
    }

    private sealed unsafe class SiluOperation : TapeOperation
    {
        public static readonly SiluOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.SiluAdjoint, tape.Gradient(entry.Output), entry.A);
    }
}
