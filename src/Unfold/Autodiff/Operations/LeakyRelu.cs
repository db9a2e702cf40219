using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>x</c> where it is above 0, else <c>slope * x</c>, element by element.</summary>
    /// <remarks>Shapes: any, the result's the same. Gradient: <c>d</c> where <c>x > 0</c>, else <c>slope d</c>. Source: Maas et al. 2013.</remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="slope">The slope below 0; 0.01 by default.</param>
    public static unsafe Tensor LeakyRelu(this Tape tape, Tensor x, float slope = 0.01f)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.LeakyRelu, x, slope, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = LeakyReluOperation.Instance, Output = y, A = x, Number = slope });
        return y;
    }

    private sealed unsafe class LeakyReluOperation : TapeOperation
    {
        public static readonly LeakyReluOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(
                tape, entry.A, &Elementwise.LeakyReluAdjoint, tape.Gradient(entry.Output), entry.A, entry.Number);
    }
}
