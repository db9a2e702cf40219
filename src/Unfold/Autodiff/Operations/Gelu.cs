using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively computes <c>x P(X &lt; x)</c> for a standard normal X, that is <c>x (1 + erf(x / sqrt 2)) / 2</c>, element by element.
    /// </summary>
    /// <remarks>
    /// Shapes: any, the result's the same. Exact: not the approximation by tanh. Gradient:
    /// <c>d (P(X &lt; x) + x exp(-x²/2) / sqrt(2 pi))</c>. Source: Hendrycks and Gimpel 2016.
    /// </remarks>
    public static unsafe Tensor Gelu(this Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Shape);
        ElementwiseJob.Unary(&Elementwise.Gelu, x, y);
        if (tape.Records(x))
            tape.Record(new TapeEntry { Operation = GeluOperation.Instance, Output = y, A = x });
        return y;
    }

    private sealed unsafe class GeluOperation : TapeOperation
    {
        public static readonly GeluOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry) =>
            ElementwiseJob.AddGradient(tape, entry.A, &Elementwise.GeluAdjoint, tape.Gradient(entry.Output), entry.A);
    }
}
