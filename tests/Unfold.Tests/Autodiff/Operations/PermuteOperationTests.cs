using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class PermuteOperationTests
{
    [Theory]
    [InlineData("5", "0")]
    [InlineData("3 4", "1 0")]
    [InlineData("70 37", "1 0")]
    [InlineData("6 3 5", "1 2 0")]
    [InlineData("3 5 6", "2 0 1")]
    [InlineData("2 3 4", "0 1 2")]
    [InlineData("3 17 20", "0 2 1")]
    [InlineData("3 4 5", "1 0 2")]
    [InlineData("3 4 5", "2 1 0")]
    [InlineData("1 4 1 3", "3 0 2 1")]
    [InlineData("2 3 4 5", "2 3 0 1")]
    [InlineData("2 3 2 3 2 3", "5 3 1 0 2 4")]
    public void Permute(string shape, string order)
    {
        int[] sizes = [.. shape.Split(' ').Select(int.Parse)], axes = [.. order.Split(' ').Select(int.Parse)];
        new OperationCase(new Shape(sizes))
        {
            Tape = (tape, x) => tape.Permute(x[0], axes),
            Forward = (x, y) => ReferenceMath<double>.Permute(x[0], sizes, axes, y),
            Backward = (d, x, y, g) => ReferenceMath<double>.PermuteBackward(d, sizes, axes, g[0]),
            Length = sizes.Aggregate((a, b) => a * b),
            CheckReference = sizes.Aggregate((a, b) => a * b) < 1100,
        }.Verify();
    }

    [Fact]
    public void Sizes_follow_their_axes()
    {
        Tape tape = new();
        Assert.Equal(new Shape(4, 5, 3), tape.Permute(Tensor.Zeros(new Shape(3, 4, 5)), 1, 2, 0).Shape);
        Assert.Equal(new Shape(0, 3), tape.Permute(Tensor.Zeros(new Shape(3, 0)), 1, 0).Shape);
    }

    [Theory]
    [InlineData("0 1")]
    [InlineData("0 1 1")]
    [InlineData("0 1 3")]
    [InlineData("0 1 2 -1")]
    public void Each_axis_comes_once(string order)
    {
        int[] axes = [.. order.Split(' ').Select(int.Parse)];
        Tape tape = new();
        Assert.Contains($"({string.Join(", ", axes)})", Assert.Throws<ArgumentException>(() => tape.Permute(Tensor.Zeros(new Shape(3, 4, 5)), axes)).Message);
    }
}
