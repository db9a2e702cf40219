using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>tanh x</c>, element by element.</summary>
    /// <remarks>Shapes: any, the result's the same. Gradient: <c>d (1 - y²)</c>.</remarks>
    public static unsafe Tensor Tanh(this Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Tanh, x, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = TanhOperation.Instance, Output = y, A = x });
        return y;
    }

    private sealed unsafe class TanhOperation : TapeOperation
    {
        public static readonly TanhOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.TanhAdjoint, tape.Gradient(entry.Output), entry.Output);
    }
}
