using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class MeanAbsoluteErrorTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        // Predictions are within ±1.5 and not near 0: the corner at x = t is met by none.
        double[] t = [.. Enumerable.Range(0, rows * columns).Select(i => i % 3 - 1.0).Select(x => 2 * x)];
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => MeanAbsoluteError.Forward(tape, x, targets, reduction),
            Sum = x => ReferenceMath<double>.AbsoluteError(x, t),
            Backward = (d, x, dx) => ReferenceMath<double>.AbsoluteErrorBackward(d, x, t, dx),
            AvoidZero = true,
        }.Verify();
    }

    [Fact]
    public void Where_the_prediction_is_right_the_gradient_is_zero()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.From(1, 2, 3));
        tape.Backward(MeanAbsoluteError.Forward(tape, x, Tensor.From(1, 0, 6), LossReduction.Sum));
        Assert.Equal([0, 1, -1], tape.Gradient(x).Values.ToArray());
    }
}
