using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class SegmentPoolingOperationTests
{
    [Theory]
    [InlineData(PoolingKind.Max)]
    [InlineData(PoolingKind.Average)]
    [InlineData(PoolingKind.Sum)]
    public void Each_kind_equals_the_reference(PoolingKind kind)
    {
        foreach (int columns in new[] { 1, 7, 17, 33 })
        {
            int[] segments = [2, 0, 1, 2, 2, 0, 2];
            new OperationCase(new Shape(segments.Length, columns))
            {
                Tape = (tape, x) => tape.SegmentPooling(x[0], segments, 3, kind),
                Forward = (x, y) => ReferenceMath<double>.SegmentPooling(kind, x[0], segments, columns, y),
                Backward = (d, x, y, g) => ReferenceMath<double>.SegmentPoolingBackward(kind, d, x[0], segments, columns, y, g[0]),
                Length = 3 * columns,
                Distinct = kind == PoolingKind.Max,
            }.Verify();
        }
    }

    [Fact]
    public void Segments_that_do_not_fit_are_refused()
    {
        Tape tape = new();
        Tensor x = Tensor.Zeros(new Shape(2, 3));
        Assert.Contains("segment 1 has none", Assert.Throws<ArgumentException>(() => tape.SegmentPooling(x, [0, 2], 3, PoolingKind.Max)).Message, StringComparison.Ordinal);
        Assert.Contains("each of the 2 rows", Assert.Throws<ArgumentException>(() => tape.SegmentPooling(x, [0], 1, PoolingKind.Max)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tape.SegmentPooling(x, [0, 1], 1, PoolingKind.Max));
    }
}
