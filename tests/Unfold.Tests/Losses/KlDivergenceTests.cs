using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class KlDivergenceTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        double[] t = LossCase.Distributions(rows, columns);
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => KlDivergence.Forward(tape, x, targets, reduction),
            Sum = x => ReferenceMath<double>.KlDivergence(x, t),
            Backward = (d, x, dx) => ReferenceMath<double>.KlDivergenceBackward(d, t, dx),
            Count = rows,
        }.Verify();
    }

    [Fact]
    public void A_distribution_diverges_from_itself_by_nothing()
    {
        Tape tape = new();
        Tensor logits = Tensor.From([.. LossCase.Numbers(60, 3, 0.2).Select(x => (float)x)], new Shape(5, 12));
        Assert.Equal(0, KlDivergence.Forward(tape, tape.LogSoftmax(logits), tape.Softmax(logits)).Scalar, 1e-6f);
        Assert.Equal(float.NaN, KlDivergence.Forward(tape, Tensor.From(-1), Tensor.From(-0.1f)).Scalar);
    }
}
