using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes the larger of <c>x</c> and 0, element by element.</summary>
    /// <remarks>Shapes: any, the result's the same. Gradient: <c>d</c> where <c>y > 0</c>, else 0.</remarks>
    public static unsafe Tensor Relu(this Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Relu, x, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = ReluOperation.Instance, Output = y, A = x });
        return y;
    }

    private sealed unsafe class ReluOperation : TapeOperation
    {
        public static readonly ReluOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.ReluAdjoint, tape.Gradient(entry.Output), entry.Output);
    }
}
