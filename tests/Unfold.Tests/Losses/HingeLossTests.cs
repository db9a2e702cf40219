using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class HingeLossTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        // With a margin of 0 the corner is at x = 0, which predictions avoid; margins of other sizes are compared with PyTorch.
        double[] t = [.. Enumerable.Range(0, rows * columns).Select(i => i % 3 == 0 ? 1.0 : -1)];
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => HingeLoss.Forward(tape, x, targets, 0, reduction),
            Sum = x => ReferenceMath<double>.Hinge(x, t, 0),
            Backward = (d, x, dx) => ReferenceMath<double>.HingeBackward(d, x, t, 0, dx),
            AvoidZero = true,
        }.Verify();
    }

    [Fact]
    public void Labels_of_another_alphabet_are_refused() => Assert.Contains("element 1 is 0",
        Assert.Throws<ArgumentException>(() => HingeLoss.Forward(new Tape(), Tensor.From(1, 2), Tensor.From(1, 0))).Message);
}
