using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class BinaryCrossEntropyTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        // A third of the targets no, a third yes, a third between.
        double[] t = [.. Enumerable.Range(0, rows * columns).Select(i => i % 3 == 2 ? 0.25 : i % 3)];
        Tensor targets = LossCase.Tensor(t, rows, columns);
        double[] w = [.. LossCase.Numbers(columns, 1, 0.3).Select(x => 1.5 + x)];
        float[] weights = [.. w.Select(x => (float)x)];
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => BinaryCrossEntropy.Forward(tape, x, targets, reduction: reduction),
            Sum = x => ReferenceMath<double>.BinaryCrossEntropy(x, t, [1]),
            Backward = (d, x, dx) => ReferenceMath<double>.BinaryCrossEntropyBackward(d, x, t, [1], dx),
        }.Verify();
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => BinaryCrossEntropy.Forward(tape, x, targets, weights, reduction),
            Sum = x => ReferenceMath<double>.BinaryCrossEntropy(x, t, w),
            Backward = (d, x, dx) => ReferenceMath<double>.BinaryCrossEntropyBackward(d, x, t, w, dx),
        }.Verify();
    }

    [Fact]
    public void Extreme_logits_neither_overflow_nor_vanish()
    {
        float Loss(float x, float t) => BinaryCrossEntropy.Forward(new Tape(), Tensor.From(x), Tensor.From(t)).Scalar;
        Assert.Equal(500, Loss(-500, 1));
        Assert.Equal(0, Loss(-500, 0));
        Assert.Equal(3e38f, Loss(3e38f, 0));
        Assert.Equal(Math.Exp(-30), Loss(30, 1), 1e-19);
        Assert.Equal(Math.Exp(-30), Loss(-30, 0), 1e-19);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        Tensor x = Tensor.Zeros(new Shape(2, 3));
        Assert.Contains("each of the 3 classes", Assert.Throws<ArgumentException>(() => BinaryCrossEntropy.Forward(new Tape(), x, x, [1, 2])).Message);
    }
}
