using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively computes <c>x Wᵀ + b</c>: <c>y[.., h] = b[h] + sum over c of x[.., c] W[h, c]</c>, PyTorch's layout.</summary>
    /// <remarks>
    /// Shapes: x <c>[.., C]</c>, weight <c>[H, C]</c>, bias <c>[H]</c> or none, the result <c>[.., H]</c>. Gradients: <c>d W</c>, <c>dᵀ x</c>,
    /// and the sum of <c>d</c> over its rows.
    /// </remarks>
    public static Tensor Linear(this Tape tape, Tensor x, Tensor weight, Tensor bias = default)
    {
        Check.Rank("Linear", "weight [H, C]", weight, 2);
        if (!Check.HasLast(x, weight.Shape[1]))
            throw Check.LastAxisError("Linear", $"x [.., C={weight.Shape[1]}]", x, weight.Shape[1], "C, the weight's input features,");
        if (bias.HasValue && bias.Shape != new Shape(weight.Shape[0]))
            throw new ArgumentException($"Linear expects bias [H={weight.Shape[0]}], as the weight is {weight.Shape}, but got {bias.Shape}.");
        Tensor y = tape.Rent(x.Shape.WithLast(weight.Shape[0]));
        Product.Multiply(x, false, weight, true, y, false, bias);
        if (bias.HasValue ? tape.Records(x, weight, bias) : tape.Records(x, weight))
            tape.Record(new TapeEntry { Operation = LinearOperation.Instance, Output = y, A = x, B = weight, C = bias });
        return y;
    }

    private sealed class LinearOperation : TapeOperation
    {
        public static readonly LinearOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            if (tape.NeedsGradient(entry.A))
                Product.Multiply(d, false, entry.B, false, tape.GradientTarget(entry.A, out bool accumulate), accumulate);
            if (tape.NeedsGradient(entry.B))
                Product.Multiply(d, true, entry.A, false, tape.GradientTarget(entry.B, out bool accumulate), accumulate);
            if (entry.C.HasValue)
                ColumnSumJob.AddGradient(tape, entry.C, d);
        }
    }
}
