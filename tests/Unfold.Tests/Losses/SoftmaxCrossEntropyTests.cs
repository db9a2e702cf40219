using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Losses;
using Unfold.Tensors;
using Unfold.Tests.Autodiff.Operations;

namespace Unfold.Tests.Losses;

public sealed class SoftmaxCrossEntropyTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 7)]
    [InlineData(7, 8)]
    [InlineData(8, 9)]
    [InlineData(9, 15)]
    [InlineData(15, 16)]
    [InlineData(16, 17)]
    [InlineData(17, 33)]
    [InlineData(40, 3001)]
    public void Equals_the_reference(int rows, int classes)
    {
        Random random = new(rows);
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => i % 5 == 1 ? -100 : random.Next(classes))];
        int counted = targets.Count(t => t >= 0);
        double[] losses = new double[rows];
        new OperationCase(new Shape(rows, classes))
        {
            Tape = (tape, x) => SoftmaxCrossEntropy.Forward(tape, x[0], targets),
            Forward = (x, y) =>
            {
                ReferenceMath<double>.SoftmaxCrossEntropy(x[0], targets, -100, losses);
                y[0] = losses.Sum() / counted;
            },
            Backward = (d, x, y, g) => ReferenceMath<double>.SoftmaxCrossEntropyBackward(d[0], x[0], targets, -100, g[0]),
            Length = 1,
            CheckReference = rows * classes < 1000,
        }.Verify();
    }

    [Fact]
    public void The_gradient_is_also_right_when_it_is_the_only_one_and_starts_from_one()
    {
        float[] logits = [0.5f, -1, 2, 0, 0, 0];
        double[] expected = new double[6];
        ReferenceMath<double>.SoftmaxCrossEntropyBackward(1, [.. logits.Select(x => (double)x)], [2, 0], -100, expected);
        Tape tape = new();
        Tensor z = tape.Watch(Tensor.From(logits, new Shape(2, 3)));
        tape.Backward(SoftmaxCrossEntropy.Forward(tape, tape.Scale(z, 1), [2, 0]));
        Assert.All(expected.Zip(tape.Gradient(z).Values.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(-1e30f)]
    [InlineData(500f)]
    public void Large_logits_do_not_overflow(float size)
    {
        Tape tape = new();
        Tensor z = tape.Watch(Tensor.From([size, size, 0, size], new Shape(1, 4)));
        Tensor loss = SoftmaxCrossEntropy.Forward(tape, z, [size > 0 ? 0 : 2]);
        Assert.Equal(size > 0 ? Math.Log(3) : 0, loss.Scalar, 1e-6);
        tape.Backward(loss);
        Assert.All(tape.Gradient(z).Values.ToArray(), x => Assert.InRange(x, -1, 1));
    }

    [Fact]
    public void Rows_without_a_target_count_for_nothing()
    {
        Tape tape = new();
        Tensor z = tape.Watch(Tensor.From([1, 2, 3, 4, 5, 6], new Shape(3, 2)));
        Tensor loss = SoftmaxCrossEntropy.Forward(tape, z, [0, 1, 1], ignoreIndex: 0);
        Tensor other = SoftmaxCrossEntropy.Forward(Tape.ForInference(), z.Slice(1, 2).Copy(), [1, 1]);
        Assert.Equal(other.Scalar, loss.Scalar);
        tape.Backward(loss);
        Assert.Equal([0, 0], tape.Gradient(z).Values[..2].ToArray());
        tape.Reset();
        Assert.Equal(0, SoftmaxCrossEntropy.Forward(tape, Tensor.Zeros(new Shape(2, 3)), [-100, -100]).Scalar);
    }

    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Weights_and_smoothing_equal_the_reference(int rows, int classes)
    {
        int[] targets = [.. Enumerable.Range(0, rows).Select(i => i % 3 == 1 ? -1 : (3 * i * i + i) % classes)];
        double[] w = [.. LossCase.Numbers(classes, 1, 0.3).Select(x => 1.5 + x)];
        double[] ones = [.. w.Select(_ => 1.0)];
        foreach ((double[] weights, float smoothing) in new[] { (w, 0), (ones, 0.1f), (w, 0.25f), (w, 1) })
        {
            double[] q = ReferenceMath<double>.Smooth(targets, -1, weights, smoothing);
            float[] given = weights == ones ? [] : [.. weights.Select(x => (float)x)];
            new LossCase(rows, classes)
            {
                Tape = (tape, x, reduction) => SoftmaxCrossEntropy.Forward(tape, x, targets, -1, smoothing, given, reduction),
                Sum = x => ReferenceMath<double>.CrossEntropy(x, q, classes),
                Backward = (d, x, dx) => ReferenceMath<double>.CrossEntropyBackward(d, x, q, classes, dx),
                Count = targets.Where(y => y >= 0).Sum(y => weights[y]),
            }.Verify();
        }
    }

    [Theory]
    [MemberData(nameof(LossCase.Sizes), MemberType = typeof(LossCase))]
    public void Soft_targets_equal_the_reference(int rows, int classes)
    {
        double[] p = LossCase.Distributions(rows, classes);
        Tensor targets = LossCase.Tensor(p, rows, classes);
        double[] w = [.. LossCase.Numbers(classes, 1, 0.3).Select(x => 1.5 + x)];
        foreach ((bool weighted, float smoothing) in new[] { (false, 0), (false, 0.1f), (true, 0), (true, 0.25f) })
        {
            double[] q = [.. p.Select((x, i) => (weighted ? w[i % classes] : 1) * ((1 - smoothing) * x + (double)smoothing / classes))];
            float[] given = weighted ? [.. w.Select(x => (float)x)] : [];
            new LossCase(rows, classes)
            {
                Tape = (tape, x, reduction) => SoftmaxCrossEntropy.Forward(tape, x, targets, smoothing, given, reduction),
                Sum = x => ReferenceMath<double>.CrossEntropy(x, q, classes),
                Backward = (d, x, dx) => ReferenceMath<double>.CrossEntropyBackward(d, x, q, classes, dx),
                Count = rows,
            }.Verify();
        }
    }

    [Fact]
    public void Soft_targets_that_are_sure_are_classes()
    {
        Tensor z = Tensor.From([.. LossCase.Numbers(6, 200, 0.2).Select(x => (float)x)], new Shape(2, 3));
        Tensor sure = Tensor.From([0, 0, 1, 1, 0, 0], new Shape(2, 3));
        float[] weights = [2, 1, 0.5f];
        Assert.Equal(
            SoftmaxCrossEntropy.Forward(new Tape(), z, [2, 0], classWeights: weights, reduction: LossReduction.Sum).Scalar,
            SoftmaxCrossEntropy.Forward(new Tape(), z, sure, classWeights: weights, reduction: LossReduction.Sum).Scalar);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Tensor z = Tensor.Zeros(new Shape(2, 3));
        Tape tape = new();
        Assert.Contains("from 0 to 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxCrossEntropy.Forward(tape, z, [0, 1], labelSmoothing: 1.5f)).Message);
        Assert.Contains("each of the 3 classes",
            Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Forward(tape, z, [0, 1], classWeights: [1, 2])).Message);
        Assert.Contains("constants", Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Forward(tape, z, tape.Watch(z))).Message);
        Assert.Equal(0, SoftmaxCrossEntropy.Forward(tape, z, [0, 1], classWeights: [0, 0, 1]).Scalar);
    }

    [Fact]
    public void Losses_of_rows_are_what_the_mean_is_made_of()
    {
        Random random = new(4);
        Tensor z = Tensor.From([.. Enumerable.Range(0, 60 * 33).Select(_ => random.NextSingle() * 4)], new Shape(20, 3, 33));
        int[] targets = [.. Enumerable.Range(0, 60).Select(i => i == 7 ? -100 : random.Next(33))];
        float[] losses = new float[60];
        SoftmaxCrossEntropy.PerRow(z, targets, losses);
        Assert.Equal(0, losses[7]);
        Assert.Equal(losses.Sum(x => (double)x) / 59, SoftmaxCrossEntropy.Forward(Tape.ForInference(), z, targets).Scalar, 1e-6);
    }

    [Fact]
    public void Recording_does_not_change_the_bits()
    {
        Tape tape = new();
        Random random = new(4);
        Tensor z = Tensor.From([.. Enumerable.Range(0, 9 * 2100).Select(_ => random.NextSingle() * 4)], new Shape(9, 2100));
        int[] targets = [.. Enumerable.Range(0, 9).Select(_ => random.Next(2100))];
        Assert.Equal(
            SoftmaxCrossEntropy.Forward(Tape.ForInference(), z, targets).Scalar,
            SoftmaxCrossEntropy.Forward(tape, tape.Watch(z), targets).Scalar);
    }

    [Fact]
    public void Targets_that_do_not_fit_are_refused()
    {
        Tensor z = Tensor.Zeros(new Shape(2, 3));
        Tape tape = new();
        Assert.Contains("[2, 3] and 1 targets", Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Forward(tape, z, [1])).Message);
        Assert.Contains("0 to 2, but index 1 is 3",
            Assert.Throws<ArgumentException>(() => SoftmaxCrossEntropy.Forward(tape, z, [1, 3])).Message);
    }
}
