using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class HuberLossTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        // Predictions are within ±1.5: beside a target of 0 all are in the square of delta = 2, beside ±4 in the lines, and none is near where they meet.
        double[] t = [.. Enumerable.Range(0, rows * columns).Select(i => 4.0 * (i % 3 - 1))];
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => HuberLoss.Forward(tape, x, targets, 2, reduction),
            Sum = x => ReferenceMath<double>.Huber(x, t, 2),
            Backward = (d, x, dx) => ReferenceMath<double>.HuberBackward(d, x, t, 2, dx),
        }.Verify();
    }

    [Fact]
    public void Delta_is_above_zero()
    {
        Tensor x = Tensor.From(1);
        Assert.Contains("delta above 0", Assert.Throws<ArgumentOutOfRangeException>(() => HuberLoss.Forward(new Tape(), x, x, 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => HuberLoss.Forward(new Tape(), x, x, float.NaN));
    }
}
