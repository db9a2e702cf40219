using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes the matrix product <c>a b</c>: <c>y[.., n] = sum over k of a[.., k] b[k, n]</c>.</summary>
    /// <remarks>Shapes: a <c>[.., K]</c>, b <c>[K, N]</c>, the result <c>[.., N]</c>. Gradients: <c>d bᵀ</c> and <c>aᵀ d</c>.</remarks>
    public static Tensor MatMul(this Tape tape, Tensor a, Tensor b)
    {
        Check.Rank("MatMul", "b [K, N]", b, 2);
        if (!Check.HasLast(a, b.Shape[0]))
            throw Check.LastAxisError("MatMul", $"a [.., K={b.Shape[0]}]", a, b.Shape[0], "the number of rows of b");
        Tensor y = tape.Rent(a.Shape.WithLast(b.Shape[1]));
        Product.Multiply(a, false, b, false, y, false);
        if (tape.Records(a, b))
            tape.Record(new TapeEntry { Operation = MatMulOperation.Instance, Output = y, A = a, B = b });
        return y;
    }

    private sealed class MatMulOperation : TapeOperation
    {
        public static readonly MatMulOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            if (tape.NeedsGradient(entry.A))
                Product.Multiply(d, false, entry.B, true, tape.GradientTarget(entry.A, out bool accumulate), accumulate);
            if (tape.NeedsGradient(entry.B))
                Product.Multiply(entry.A, true, d, false, tape.GradientTarget(entry.B, out bool accumulate), accumulate);
        }
    }
}
