using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

public sealed class MultiClassHingeLossTests
{
    /// <summary>
    /// The seed draws predictions of which no pair is nearer to the corner, a difference of the margin, than the gradient check's step
    /// reaches.
    /// </summary>
    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Equals_the_reference(int rows, int columns)
    {
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => (3 * i * i + i) % columns)];
        double[] w = [.. LossCase.Numbers(columns, 1, 0.3).Select(x => 1.5 + x)];
        float[] weights = [.. w.Select(x => (float)x)];
        foreach (int power in new[] { 1, 2 })
        {
            new LossCase(rows, columns)
            {
                Tape = (tape, x, reduction) => MultiClassHingeLoss.Forward(tape, x, targets, power, 0.5f, weights, reduction),
                Sum = x => ReferenceMath<double>.MultiClassHinge(x, targets, w, 0.5, power),
                Backward = (d, x, dx) => ReferenceMath<double>.MultiClassHingeBackward(d, x, targets, w, 0.5, power, dx),
                Count = rows,
            }.Verify(seed: 5);
        }
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        Tensor z = Tensor.Zeros(new Shape(2, 3));
        Assert.Contains("power of 1 or 2", Assert.Throws<ArgumentOutOfRangeException>(() => MultiClassHingeLoss.Forward(new Tape(), z, [0, 1], 3)).Message);
        Assert.Contains("index 1 is -100", Assert.Throws<ArgumentException>(() => MultiClassHingeLoss.Forward(new Tape(), z, [0, -100])).Message);
    }
}
