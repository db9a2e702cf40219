using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class MeanSquaredLogarithmicErrorTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        // Through a softplus, which keeps predictions above 0 as a model would.
        double[] t = [.. LossCase.Numbers(rows * columns, 3, 0.9).Select(Math.Abs)];
        Tensor targets = LossCase.Tensor(t, rows, columns);
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => MeanSquaredLogarithmicError.Forward(tape, tape.Softplus(x), targets, reduction),
            Sum = x => ReferenceMath<double>.SquaredLogarithmicError(Softplus(x), t),
            Backward = (d, x, dx) =>
            {
                double[] inner = new double[x.Length];
                ReferenceMath<double>.SquaredLogarithmicErrorBackward(d, Softplus(x), t, inner);
                ReferenceMath<double>.SoftplusBackward(inner, x, dx);
            },
        }.Verify();
    }

    [Fact]
    public void Small_amounts_keep_their_digits_and_those_below_minus_one_give_NaN()
    {
        // log(1 + 1e-6) is 1e-6 - 5e-13: a logarithm of the rounded sum 1 + 1e-6 would be wrong by 4 %.
        Assert.Equal(1e-12, MeanSquaredLogarithmicError.Forward(new Tape(), Tensor.From(1e-6f), Tensor.From(0)).Scalar, 1e-17);
        Assert.Equal(float.NaN, MeanSquaredLogarithmicError.Forward(new Tape(), Tensor.From(-1.5f), Tensor.From(0)).Scalar);
    }

    private static double[] Softplus(double[] x)
    {
        double[] y = new double[x.Length];
        ReferenceMath<double>.Softplus(x, y);
        return y;
    }
}
