using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class PinballLossTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        // Predictions are within ±1.5: beside ±2 none is near the corner.
        double[] t = [.. Enumerable.Range(0, rows * columns).Select(i => i % 3 == 0 ? 2.0 : -2)];
        float[] quantiles = [.. Enumerable.Range(0, columns).Select(c => (c + 1f) / (columns + 1))];
        double[] q = [.. quantiles.Select(quantile => (double)quantile)];
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => PinballLoss.Forward(tape, x, targets, quantiles, reduction),
            Sum = x => ReferenceMath<double>.Pinball(x, t, q),
            Backward = (d, x, dx) => ReferenceMath<double>.PinballBackward(d, x, t, q, dx),
        }.Verify();
    }

    [Fact]
    public void By_hand()
    {
        // Errors 1 and -2 at quantile 0.9: 0.9 and 0.2; at 0.1: 0.1 and 1.8.
        Tensor x = Tensor.From(0, 0, 3, 3).Reshape(2, 2), t = Tensor.From(1, 1, 1, 1).Reshape(2, 2);
        Assert.Equal((0.9 + 0.1 + 0.2 + 1.8) / 4, PinballLoss.Forward(new Tape(), x, t, [0.9f, 0.1f]).Scalar, 1e-6);
        Assert.Contains("2 quantiles", Assert.Throws<ArgumentException>(() => PinballLoss.Forward(new Tape(), x.Reshape(4), t.Reshape(4), [0.1f, 0.9f])).Message);
        Assert.Contains("below 1", Assert.Throws<ArgumentException>(() => PinballLoss.Forward(new Tape(), x, t, [0.1f, 1f])).Message);
    }
}
