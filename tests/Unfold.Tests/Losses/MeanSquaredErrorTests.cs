using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class MeanSquaredErrorTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        double[] t = LossCase.Numbers(rows * columns, 2, 0.9);
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => MeanSquaredError.Forward(tape, x, targets, reduction),
            Sum = x => ReferenceMath<double>.SquaredError(x, t),
            Backward = (d, x, dx) => ReferenceMath<double>.SquaredErrorBackward(d, x, t, dx),
        }.Verify();
    }

    [Fact]
    public void Wrong_operands_are_refused()
    {
        Tape tape = new();
        Tensor x = Tensor.From(1, 2);
        Assert.Contains("[2] and [3]", Assert.Throws<ArgumentException>(() => MeanSquaredError.Forward(tape, x, Tensor.From(1, 2, 3))).Message);
        Tensor none = Tensor.Zeros(new Shape(0));
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => MeanSquaredError.Forward(tape, none, none)).Message);
        Assert.Contains("constants", Assert.Throws<ArgumentException>(() => MeanSquaredError.Forward(tape, x, tape.Watch(x))).Message);
        Assert.Equal(0, MeanSquaredError.Forward(Tape.ForInference(), x, x).Scalar);
    }
}
