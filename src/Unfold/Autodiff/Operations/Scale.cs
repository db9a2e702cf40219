using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>factor * x</c>, element by element; the factor is a constant.</summary>
    /// <remarks>Shapes: any, the result's the same. Gradient: <c>factor d</c>.</remarks>
    public static Tensor Scale(this Tape tape, Tensor x, float factor)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Scale(x, factor, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = ScaleOperation.Instance, Output = y, A = x, Number = factor });
        return y;
    }

    private sealed class ScaleOperation : TapeOperation
    {
        public static readonly ScaleOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.Scale(tape.Gradient(entry.Output), entry.Number, tape.GradientTarget(entry.A, out bool accumulate), accumulate);
    }
}
