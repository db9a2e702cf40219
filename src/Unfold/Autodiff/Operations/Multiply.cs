using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>a * b</c>, element by element; for the product of matrices see <see cref="MatMul"/>.</summary>
    /// <remarks>Shapes: both and the result the same. Gradients: <c>d b</c> and <c>d a</c>.</remarks>
    public static unsafe Tensor Multiply(this Tape tape, Tensor a, Tensor b)
    {
        Check.SameShape("Multiply", a, b);
        Tensor y = tape.Rent(a.Shape);
        ElementwiseJob.Binary(&Elementwise.Multiply, a, b, y);
        if (tape.Records(a, b))
            tape.Record(new TapeEntry { Operation = MultiplyOperation.Instance, Output = y, A = a, B = b });
        return y;
    }

    private sealed unsafe class MultiplyOperation : TapeOperation
    {
        public static readonly MultiplyOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.Multiply, d, entry.B);
            ElementwiseJob.AddGradient(tape, entry.B, &Elementwise.Multiply, d, entry.A);
        }
    }
}
