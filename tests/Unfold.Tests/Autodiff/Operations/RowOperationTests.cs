using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class RowOperationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(33)]
    [InlineData(100_003)]
    public void Sum_and_mean(int n)
    {
        new OperationCase(new Shape(n))
        {
            Tape = (tape, x) => tape.Sum(x[0]),
            Forward = (x, y) => y[0] = ReferenceMath<double>.Sum(x[0]),
            Backward = (d, x, y, g) => ReferenceMath<double>.SumBackward(d[0], g[0]),
            Length = 1,
            CheckReference = n < 100,
        }.Verify();
        new OperationCase(new Shape(n))
        {
            Tape = (tape, x) => tape.Mean(x[0]),
            Forward = (x, y) => y[0] = ReferenceMath<double>.Mean(x[0]),
            Backward = (d, x, y, g) => ReferenceMath<double>.MeanBackward(d[0], g[0]),
            Length = 1,
            CheckReference = n < 100,
        }.Verify();
    }

    [Fact]
    public void The_sum_of_nothing_is_zero_and_its_mean_is_refused()
    {
        Tape tape = new();
        Assert.Equal(0, tape.Sum(Tensor.Zeros(new Shape(0, 3))).Scalar);
        Assert.Contains("[0, 3]", Assert.Throws<ArgumentException>(() => tape.Mean(Tensor.Zeros(new Shape(0, 3)))).Message);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 7, 9)]
    [InlineData(5, 16, 17)]
    [InlineData(3, 33, 2)]
    public void Concat(int m, int a, int b) => new OperationCase(new Shape(1, m, a), new Shape(1, m, b))
    {
        Tape = (tape, x) => tape.Concat(x[0], x[1]),
        Forward = (x, y) => ReferenceMath<double>.Concat(x[0], x[1], m, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.ConcatBackward(d, m, g[0], g[1]),
        Length = m * (a + b),
    }.Verify();

    [Fact]
    public void Concat_takes_any_number_of_tensors()
    {
        Tape tape = new();
        Tensor a = Tensor.From([1, 2], new Shape(2, 1));
        Tensor b = Tensor.From([3, 4, 5, 6], new Shape(2, 2));
        Assert.Equal([1, 3, 4, 1, 2, 5, 6, 2], tape.Concat(a, b, a).Values.ToArray());
        Assert.Contains("[2, 2] and [3, 2]",
            Assert.Throws<ArgumentException>(() => tape.Concat(b, Tensor.Zeros(new Shape(3, 2)))).Message);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 3, 7)]
    [InlineData(33, 40, 17)]
    [InlineData(900, 11, 50)]
    public void Embedding(int rows, int vocabulary, int size)
    {
        Random random = new(3);
        int[] indices = [.. Enumerable.Range(0, rows).Select(_ => random.Next(vocabulary))];
        new OperationCase(new Shape(vocabulary, size))
        {
            Tape = (tape, x) => tape.Embedding(x[0], indices, new Shape(rows, 1)),
            Forward = (x, y) => ReferenceMath<double>.Embedding(x[0], indices, size, y),
            Backward = (d, x, y, g) => ReferenceMath<double>.EmbeddingBackward(d, indices, size, g[0]),
            Length = rows * size,
            CheckReference = rows < 100,
        }.Verify();
    }

    [Fact]
    public void Embedding_refuses_an_index_out_of_range()
    {
        Tape tape = new();
        Tensor weight = Tensor.Zeros(new Shape(5, 3));
        Assert.Equal("Embedding expects indices from 0 to 4, but index 1 is 5.",
            Assert.Throws<ArgumentException>(() => tape.Embedding(weight, [1, 5], new Shape(2))).Message);
        Assert.Contains("but index 0 is -1", Assert.Throws<ArgumentException>(() => tape.Embedding(weight, [-1], new Shape(1))).Message);
        Assert.Contains("expects 4 indices", Assert.Throws<ArgumentException>(() => tape.Embedding(weight, [1, 2], new Shape(2, 2))).Message);
    }

    [Fact]
    public void Gradients_flow_through_views()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.From([1, 2, 3, 4, 5, 6], new Shape(3, 2)));
        Tensor doubled = tape.Scale(x, 2);
        Tensor loss = tape.Sum(tape.Multiply(doubled.Slice(1, 2), doubled.Slice(0, 2)));
        loss = tape.Add(loss, tape.Sum(doubled.Reshape(6)));
        tape.Backward(loss);

        // 4 (x3 x1 + x4 x2 + x5 x3 + x6 x4) + 2 sum x
        Assert.Equal([14, 18, 26, 34, 14, 18], tape.Gradient(x).Values.ToArray());
    }
}
