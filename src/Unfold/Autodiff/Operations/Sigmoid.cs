using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>1 / (1 + exp(-x))</c>, element by element.</summary>
    /// <remarks>Shapes: any, the result's the same. Gradient: <c>d y (1 - y)</c>.</remarks>
    public static unsafe Tensor Sigmoid(this Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Sigmoid, x, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = SigmoidOperation.Instance, Output = y, A = x });
        return y;
    }

    private sealed unsafe class SigmoidOperation : TapeOperation
    {
        public static readonly SigmoidOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.SigmoidAdjoint, tape.Gradient(entry.Output), entry.Output);
    }
}
