using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class NegativeLogLikelihoodTests
{
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => i % 3 == 1 ? -100 : (3 * i * i + i) % columns)];
        double[] w = [.. LossCase.Numbers(columns, 1, 0.3).Select(x => 1.5 + x)];
        float[] weights = [.. w.Select(x => (float)x)];
        new LossCase(rows, columns)
        {
            Tape = (tape, x, reduction) => NegativeLogLikelihood.Forward(tape, x, targets, classWeights: weights, reduction: reduction),
            Sum = x => ReferenceMath<double>.NegativeLogLikelihood(x, targets, -100, w),
            Backward = (d, x, dx) => ReferenceMath<double>.NegativeLogLikelihoodBackward(d, targets, -100, w, dx),
            Count = targets.Where(y => y >= 0).Sum(y => w[y]),
        }.Verify();
    }

    [Fact]
    public void After_a_log_softmax_it_is_the_cross_entropy_of_the_logits()
    {
        Tape tape = new();
        Tensor logits = Tensor.From([.. LossCase.Numbers(60, 3, 0.2).Select(x => (float)x)], new Shape(5, 12));
        int[] targets = [0, 3, 11, 7, 7];
        Tensor a = tape.Watch(logits), b = tape.Watch(logits);
        Tensor two = NegativeLogLikelihood.Forward(tape, tape.LogSoftmax(a), targets), one = SoftmaxCrossEntropy.Forward(tape, b, targets);
        Assert.Equal(one.Scalar, two.Scalar, 1e-6f);
        tape.Backward(tape.Add(one, two));
        foreach ((float x, float y) in tape.Gradient(a).Values.ToArray().Zip(tape.Gradient(b).Values.ToArray()))
            Assert.Equal(x, y, 1e-7f);
    }

    [Fact]
    public void Without_any_target_the_loss_and_the_gradient_are_zero()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.Zeros(new Shape(2, 3)));
        Tensor loss = NegativeLogLikelihood.Forward(tape, x, [7, 7], ignoreIndex: 7);
        tape.Backward(loss);
        Assert.Equal(0, loss.Scalar);
        Assert.Equal(new float[6], tape.Gradient(x).Values.ToArray());
    }
}
