using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Kernels.Pooling;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class PoolingOperationTests
{
    /// <summary>Two channels of two examples, on axes given as "input window stride dilation before after"; an axis that is not given is not there.</summary>
    public static TheoryData<string> Windows => [
        "4 2 2 1 0 0",
        "1 1 1 1 0 0",
        "9 3 1 1 1 1",
        "40 3 1 1 0 0",
        "67 2 2 1 0 0",
        "67 3 2 1 1 1",
        "50 2 3 1 0 0",
        "50 5 4 1 2 0",
        "37 3 1 4 0 0",
        "37 3 2 3 2 5",
        "6 2 2 1 0 0|6 2 2 1 0 0",
        "4 1 1 1 0 0|35 2 2 1 0 0",
        "7 3 2 1 1 1|19 3 2 1 1 1",
        "5 2 1 2 0 0|9 3 1 2 1 1",
        "6 3 1 1 1 1|33 5 1 1 2 2",
        "4 2 2 1 0 0|6 2 2 1 0 0|8 2 2 1 0 0",
        "3 2 1 1 1 0|5 3 2 1 1 1|7 2 1 3 0 1",
    ];

    [Theory]
    [MemberData(nameof(Windows))]
    public void Max(string axes)
    {
        (Shape input, Shape result, PoolingShape shape) = Parse(axes);
        new OperationCase(input)
        {
            Tape = (tape, x) => tape.Pooling(x[0], PoolingKind.Max, shape, true, result),
            Forward = (x, y) => ReferenceMath<double>.MaxPooling(x[0], 4, shape, y),
            Backward = (d, x, y, g) => ReferenceMath<double>.MaxPoolingBackward(d, x[0], 4, shape, g[0]),
            Length = result.Length,
            Distinct = true,
            CheckReference = input.Length < 300,
        }.Verify();
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void Sum_and_average(string axes)
    {
        (Shape input, Shape result, PoolingShape shape) = Parse(axes);
        foreach ((PoolingKind kind, bool countPadding) in new[] { (PoolingKind.Sum, true), (PoolingKind.Average, true), (PoolingKind.Average, false) })
        {
            int Divisor(int o)
            {
                int w = o % shape.Width.Output, h = o / shape.Width.Output % shape.Height.Output, d = o / shape.Width.Output / shape.Height.Output;
                return kind == PoolingKind.Sum ? 1
                    : Elements(shape.Depth, d, countPadding) * Elements(shape.Height, h, countPadding) * Elements(shape.Width, w, countPadding);
            }

            new OperationCase(input)
            {
                Tape = (tape, x) => tape.Pooling(x[0], kind, shape, countPadding, result),
                Forward = (x, y) => ReferenceMath<double>.SumPooling(x[0], 4, shape, Divisor, y),
                Backward = (d, x, y, g) => ReferenceMath<double>.SumPoolingBackward(d, 4, shape, Divisor, g[0]),
                Length = result.Length,
                CheckReference = input.Length < 300,
            }.Verify();
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 50)]
    [InlineData(1, 7, 7)]
    [InlineData(3, 4, 5)]
    public void Global(int d, int h, int w)
    {
        int n = d * h * w;
        PoolingAxis whole = new(n, 1, n, 1, 1, 0, 0);
        PoolingShape shape = new(PoolingAxis.One, PoolingAxis.One, whole);
        foreach (PoolingKind kind in Enum.GetValues<PoolingKind>())
        {
            int divisor = kind == PoolingKind.Average ? n : 1;
            new OperationCase(new Shape(2, 3, d, h, w))
            {
                Tape = (tape, x) => tape.GlobalPooling(x[0], kind),
                Forward = (x, y) =>
                {
                    if (kind == PoolingKind.Max)
                        ReferenceMath<double>.MaxPooling(x[0], 6, shape, y);
                    else
                        ReferenceMath<double>.SumPooling(x[0], 6, shape, _ => divisor, y);
                },
                Backward = (gradient, x, y, g) =>
                {
                    if (kind == PoolingKind.Max)
                        ReferenceMath<double>.MaxPoolingBackward(gradient, x[0], 6, shape, g[0]);
                    else
                        ReferenceMath<double>.SumPoolingBackward(gradient, 6, shape, _ => divisor, g[0]);
                },
                Length = 6,
                Distinct = true,
            }.Verify();
        }
    }

    [Theory]
    [InlineData("7", "3")]
    [InlineData("3", "7")]
    [InlineData("7 5", "2 5")]
    [InlineData("6 9", "1 1")]
    [InlineData("3 5 7", "2 3 4")]
    public void Adaptive_average(string input, string output)
    {
        int[] sizes = Numbers(input), results = Numbers(output);
        int[] from = Three(sizes), to = Three(results);
        new OperationCase(new Shape([2, 2, .. sizes]))
        {
            Tape = (tape, x) => tape.AdaptiveAveragePooling(x[0], results),
            Forward = (x, y) => ReferenceMath<double>.AdaptiveAveragePooling(x[0], 4, from, to, y),
            Backward = (d, x, y, g) => ReferenceMath<double>.AdaptiveAveragePoolingBackward(d, 4, from, to, g[0]),
            Length = 4 * to[0] * to[1] * to[2],
        }.Verify();
    }

    [Theory]
    [InlineData("1", "3")]
    [InlineData("7", "1")]
    [InlineData("9", "4")]
    [InlineData("4 5", "2 3")]
    [InlineData("1 20", "5 2")]
    [InlineData("2 3 4", "3 2 2")]
    public void Upsample(string input, string factor)
    {
        int[] sizes = Numbers(input), factors = Numbers(factor);
        int[] from = Three(sizes), by = Three(factors);
        foreach (bool linear in new[] { false, true })
        {
            new OperationCase(new Shape([2, 2, .. sizes]))
            {
                Tape = (tape, x) => tape.Upsample(x[0], linear, factors),
                Forward = (x, y) => ReferenceMath<double>.Upsample(x[0], 4, from, by, linear, y),
                Backward = (d, x, y, g) => ReferenceMath<double>.UpsampleBackward(d, 4, from, by, linear, g[0]),
                Length = 4 * from.Aggregate((a, b) => a * b) * by.Aggregate((a, b) => a * b),
            }.Verify();
        }
    }

    [Fact]
    public void Of_equal_elements_the_first_takes_the_gradient()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.From([1, 5, 5, 1, 5, 5, 2, 2], new Shape(1, 1, 2, 4)));
        PoolingShape shape = new(PoolingAxis.One, new(2, 1, 2, 1, 1, 0, 0), new(4, 2, 2, 2, 1, 0, 0));
        Tensor y = tape.Pooling(x, PoolingKind.Max, shape, true, new Shape(1, 1, 1, 2));
        Tensor all = tape.GlobalPooling(x, PoolingKind.Max);
        tape.Backward([y, all], [Tensor.From([1, 10], y.Shape), Tensor.From([100], all.Shape)]);
        Assert.Equal([5, 5], y.Values.ToArray());
        Assert.Equal([0, 101, 10, 0, 0, 0, 0, 0], tape.Gradient(x).Values.ToArray());
    }

    [Fact]
    public void Not_a_number_wins_and_infinity_takes_part()
    {
        Tape tape = new();
        float[] values = [1, float.NaN, 9, float.NegativeInfinity, float.NegativeInfinity, 3, 4, float.PositiveInfinity];
        for (int length = 2; length <= 8; length += 2)
        {
            PoolingShape shape = new(PoolingAxis.One, PoolingAxis.One, new(length, length / 2, 2, 2, 1, 0, 0));
            Tensor x = tape.Watch(Tensor.From(values[..length], new Shape(1, 1, length)));
            float[] y = tape.Pooling(x, PoolingKind.Max, shape, true, new Shape(1, 1, length / 2)).Values.ToArray();
            Assert.Equal(new[] { float.NaN, 9, 3, float.PositiveInfinity }[..(length / 2)], y);
            Assert.Equal(float.NaN, tape.GlobalPooling(x, PoolingKind.Max).Scalar);
        }

        PoolingShape padded = new(PoolingAxis.One, PoolingAxis.One, new(2, 2, 2, 2, 1, 1, 1));
        Tensor least = Tensor.From([float.NegativeInfinity, float.NegativeInfinity], new Shape(1, 1, 2));
        Assert.Equal(least.Values.ToArray(), tape.Pooling(least, PoolingKind.Max, padded, true, least.Shape).Values.ToArray());
    }

    [Fact]
    public void An_example_gets_the_same_bits_in_any_batch()
    {
        float[] values = [.. Enumerable.Range(0, 5 * 3 * 9 * 11).Select(i => (float)Math.Sin(1.3 * i))];
        Tape tape = Tape.ForInference();
        (_, _, PoolingShape shape) = Parse("9 3 2 1 1 1|11 3 2 1 1 1");
        foreach (PoolingKind kind in Enum.GetValues<PoolingKind>())
        {
            Tensor together = tape.Pooling(Tensor.From(values, new Shape(5, 3, 9, 11)), kind, shape, true, new Shape(5, 3, 5, 6));
            for (int n = 0; n < 5; n++)
            {
                Tensor one = Tensor.From(values.AsSpan(n * 297, 297), new Shape(1, 3, 9, 11));
                Assert.Equal(together.Slice(n, 1).Values.ToArray(), tape.Pooling(one, kind, shape, true, new Shape(1, 3, 5, 6)).Values.ToArray());
            }
        }
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Tape tape = new();
        Tensor flat = Tensor.Zeros(new Shape(2, 3)), empty = Tensor.Zeros(new Shape(2, 3, 0)), good = Tensor.Zeros(new Shape(2, 3, 4));
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => tape.GlobalPooling(flat, PoolingKind.Max)).Message);
        Assert.Contains("[2, 3, 0]", Assert.Throws<ArgumentException>(() => tape.GlobalPooling(empty, PoolingKind.Max)).Message);
        Assert.Contains("[N, C, H, W]", Assert.Throws<ArgumentException>(() => tape.Upsample(good, true, 2, 2)).Message);
        Assert.Contains("[2, 3, 0]", Assert.Throws<ArgumentException>(() => tape.AdaptiveAveragePooling(empty, 2)).Message);
        Assert.Contains("one to three axes", Assert.Throws<ArgumentException>(() => tape.Upsample(good, true)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.Upsample(good, false, 0));
    }

    private static (Shape Input, Shape Result, PoolingShape Shape) Parse(string axes)
    {
        PoolingAxis[] lines = [.. axes.Split('|').Select(axis =>
        {
            int[] n = Numbers(axis);
            return new PoolingAxis(n[0], (n[0] + n[4] + n[5] - (n[1] - 1) * n[3] - 1) / n[2] + 1, n[1], n[2], n[3], n[4], n[5]);
        })];
        PoolingAxis[] three = [.. Enumerable.Repeat(PoolingAxis.One, 3 - lines.Length), .. lines];
        return (new Shape([2, 2, .. lines.Select(line => line.Input)]), new Shape([2, 2, .. lines.Select(line => line.Output)]), new(three[0], three[1], three[2]));
    }

    /// <summary>The elements of a window that lie in x, or in x and its padding, counted one by one.</summary>
    private static int Elements(PoolingAxis axis, int output, bool countPadding) => Enumerable.Range(0, axis.Window)
        .Select(k => output * axis.Stride - axis.Before + k * axis.Dilation)
        .Count(place => countPadding ? place < axis.Input + axis.After : place >= 0 && place < axis.Input);

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];

    private static int[] Three(int[] sizes) => [.. Enumerable.Repeat(1, 3 - sizes.Length), .. sizes];
}
