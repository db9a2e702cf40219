using FsCheck;
using FsCheck.Fluent;
using Unfold.Tensors;

namespace Unfold.Tests.Tensors;

public sealed class ShapeTests
{
    [Fact]
    public void The_default_is_a_single_number()
    {
        Shape shape = default;
        Assert.Equal((0, 1, "[]"), (shape.Rank, shape.Length, shape.ToString()));
        Assert.Equal(new Shape(), shape);
    }

    [Fact]
    public void Sizes_are_printed_slowest_first() => Assert.Equal("[64, 50, 32]", new Shape(64, 50, 32).ToString());

    [Fact]
    public void Shapes_are_equal_when_their_sizes_are() => Prop.ForAll<byte[], byte[]>((a, b) =>
    {
        int[] left = [.. a.Take(6).Select(x => x % 3)];
        int[] right = [.. b.Take(6).Select(x => x % 3)];
        Shape x = new(left);
        Shape y = new(right);
        return x.Equals(y) == left.SequenceEqual(right) && (x != y || x.GetHashCode() == y.GetHashCode())
            && x.Length == left.Aggregate(1, (p, s) => p * s);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rows_and_last_multiply_to_the_length()
    {
        Shape shape = new(4, 5, 6);
        Assert.Equal((20, 6), (shape.Rows, shape.Last));
        Assert.Equal(3, new Shape(3, 0).Rows);
        Assert.Equal(new Shape(4, 5, 9), shape.WithLast(9));
        Assert.Equal(new Shape(9, 5, 6), shape.WithFirst(9));
        Assert.Equal(new Shape(4, 5, 6, 7), shape.Append(7));
    }

    [Fact]
    public void What_is_no_shape_is_refused()
    {
        Assert.Contains("axis 1 was given -2", Assert.Throws<ArgumentException>(() => new Shape(3, -2)).Message);
        Assert.Contains("at most 6", Assert.Throws<ArgumentException>(() => new Shape(1, 1, 1, 1, 1, 1, 1)).Message);
        Assert.Contains("[65536, 32768]", Assert.Throws<ArgumentException>(() => new Shape(65536, 32768)).Message);
        Assert.Contains("no axis 2", Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(1, 2)[2]).Message);
    }
}
