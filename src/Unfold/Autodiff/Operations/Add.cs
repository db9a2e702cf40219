using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>a + b</c>, element by element.</summary>
    /// <remarks>Shapes: both and the result the same. Gradients: <c>d</c> to both.</remarks>
    public static unsafe Tensor Add(this Tape tape, Tensor a, Tensor b)
    {
        Check.SameShape("Add", a, b);
        Tensor y = tape.Rent(a.Shape);
        ElementwiseJob.Binary(&Elementwise.Add, a, b, y);
        if (tape.Records(a, b))
            tape.Record(new TapeEntry { Operation = AddOperation.Instance, Output = y, A = a, B = b });
        return y;
    }

    private sealed unsafe class AddOperation : TapeOperation
    {
        public static readonly AddOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.Copy, d);
            ElementwiseJob.AddGradient(tape, entry.B, &Elementwise.Copy, d);
        }
    }
}
