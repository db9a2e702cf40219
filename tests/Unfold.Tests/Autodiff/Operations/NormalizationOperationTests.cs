using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class NormalizationOperationTests
{
    private const float Epsilon = 1e-5f;

    /// <summary>Rows that are worked on in place, copied together, and of a single channel.</summary>
    public static TheoryData<int, int, int> Batches => new()
    {
        { 5, 3, 1 }, { 40, 17, 1 }, { 3, 2, 7 }, { 2, 3, 33 }, { 1, 2, 40 }, { 6, 1, 3 }, { 2, 1, 50 }, { 2, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Batches))]
    public void Batch(int n, int c, int l) => new OperationCase(new Shape(n, c, l), new Shape(c), new Shape(c))
    {
        Tape = (tape, x) => tape.BatchNormalization(x[0], x[1], x[2], Epsilon, out _),
        Forward = (x, y) => ReferenceMath<double>.BatchNormalization(x[0], x[1], x[2], n, l, Epsilon, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.BatchNormalizationBackward(d, x[0], x[1], n, l, Epsilon, g[0], g[1], g[2]),
        Length = n * c * l,
        Tolerance = 5e-6,
    }.Verify();

    [Theory]
    [MemberData(nameof(Batches))]
    public void Batch_with_given_statistics(int n, int c, int l)
    {
        float[] mean = [.. Enumerable.Range(0, c).Select(i => (float)Math.Cos(i))], variance = [.. Enumerable.Range(0, c).Select(i => 0.4f + 0.1f * i)];
        double[] m = [.. mean.Select(v => (double)v)], s = [.. variance.Select(v => (double)v)];
        new OperationCase(new Shape(n, c, l), new Shape(c), new Shape(c))
        {
            Tape = (tape, x) => tape.BatchNormalization(x[0], x[1], x[2], Tensor.From(mean), Tensor.From(variance), Epsilon),
            Forward = (x, y) => ReferenceMath<double>.FixedNormalization(x[0], x[1], x[2], m, s, l, Epsilon, y),
            Backward = (d, x, y, g) => ReferenceMath<double>.FixedNormalizationBackward(d, x[0], x[1], m, s, l, Epsilon, g[0], g[1], g[2]),
            Length = n * c * l,
        }.Verify();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(3, 16)]
    [InlineData(5, 70)]
    public void Layer(int rows, int columns) => new OperationCase(new Shape(1, rows, columns), new Shape(columns), new Shape(columns))
    {
        Tape = (tape, x) => tape.LayerNormalization(x[0], x[1], x[2], Epsilon),
        Forward = (x, y) => ReferenceMath<double>.LayerNormalization(x[0], x[1], x[2], Epsilon, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.LayerNormalizationBackward(d, x[0], x[1], Epsilon, g[0], g[1], g[2]),
        Length = rows * columns,
        Tolerance = 5e-6,
    }.Verify();

    [Fact]
    public void Layer_over_two_axes() => new OperationCase(new Shape(3, 4, 5), new Shape(4, 5), new Shape(4, 5))
    {
        Tape = (tape, x) => tape.LayerNormalization(x[0], x[1], x[2], Epsilon),
        Forward = (x, y) => ReferenceMath<double>.LayerNormalization(x[0], x[1], x[2], Epsilon, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.LayerNormalizationBackward(d, x[0], x[1], Epsilon, g[0], g[1], g[2]),
        Length = 60,
        Tolerance = 5e-6,
    }.Verify();

    [Fact]
    public void A_large_mean_costs_no_digits()
    {
        float[] values = [.. Enumerable.Range(0, 300).Select(i => 4096 + (float)(i % 3))];
        Tape tape = Tape.ForInference();
        Tensor one = Tensor.From([1f]), zero = Tensor.From([0f]);
        float[] y = tape.BatchNormalization(Tensor.From(values, new Shape(3, 1, 100)), one, zero, Epsilon, out _).Values.ToArray();
        double step = 1 / Math.Sqrt(2.0 / 3 + Epsilon);
        for (int i = 0; i < y.Length; i++)
            Assert.Equal((i % 3 - 1) * step, y[i], 1e-5);
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Tape tape = new();
        Tensor x = Tensor.Zeros(new Shape(2, 3, 4)), three = Tensor.Zeros(new Shape(3)), four = Tensor.Zeros(new Shape(4));
        Assert.Contains("[C=3]", Assert.Throws<ArgumentException>(() => tape.BatchNormalization(x, four, four, 1, out _)).Message);
        Assert.Contains("[C=3]", Assert.Throws<ArgumentException>(() => tape.BatchNormalization(x, three, three, four, three, 1)).Message);
        Assert.Contains("[0, 3]", Assert.Throws<ArgumentException>(() => tape.BatchNormalization(Tensor.Zeros(new Shape(0, 3)), three, three, 1, out _)).Message);
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => tape.BatchNormalization(three, three, three, 1, out _)).Message);
        Assert.Contains("[2, 3, 4]", Assert.Throws<ArgumentException>(() => tape.LayerNormalization(x, three, three)).Message);
        Assert.Contains("[4] and [3]", Assert.Throws<ArgumentException>(() => tape.LayerNormalization(x, four, three)).Message);
    }
}
