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
            ElementwiseJob.AddGradient(tape, entry.A, &Adjoint, tape.Gradient(entry.Output), entry.Output);

        private static void Adjoint(float* d, float* y, float* dx, nint n)
        {
            const int Tile = 256;
            float* slope = stackalloc float[Tile];
            for (nint i = 0; i < n; i += Tile)
            {
                nint count = Math.Min(Tile, n - i);
                Elementwise.Step(y + i, slope, count);
                Elementwise.Multiply(d + i, slope, dx + i, count);
            }
        }
    }
}
