using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class SoftmaxOperationTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 1, 1 }, { 2, 7 }, { 3, 8 }, { 2, 15 }, { 2, 16 }, { 1, 17 }, { 2, 33 }, { 5, 1027 }, { 40, 301 }, { 0, 5 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Softmax(int rows, int columns) => new OperationCase(new Shape(rows, columns))
    {
        Tape = (tape, x) => tape.Softmax(x[0]),
        Forward = (x, y) => ReferenceMath<double>.Softmax(x[0], columns, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.SoftmaxBackward(d, y, columns, g[0]),
        Length = rows * columns,
        CheckReference = rows * columns < 100,
    }.Verify();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LogSoftmax(int rows, int columns) => new OperationCase(new Shape(rows, columns))
    {
        Tape = (tape, x) => tape.LogSoftmax(x[0]),
        Forward = (x, y) => ReferenceMath<double>.LogSoftmax(x[0], columns, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.LogSoftmaxBackward(d, y, columns, g[0]),
        Length = rows * columns,
        CheckReference = rows * columns < 100,
    }.Verify();

    [Fact]
    public void Extreme_inputs_neither_overflow_nor_vanish()
    {
        Tape tape = new();
        const float Infinity = float.PositiveInfinity;
        Tensor x = Tensor.From([3e38f, -1e38f, 0, 1000, 1000, 990, -Infinity, 1, 1], new Shape(3, 3));
        Assert.Equal([1, 0, 0, 0.49998865f, 0.49998865f, 2.2698933e-5f, 0, 0.5f, 0.5f], tape.Softmax(x).Values.ToArray(), Near);
        Assert.Equal([0, -Infinity, -3e38f, -0.69316988f, -0.69316988f, -10.69316988f, -Infinity, -0.6931472f, -0.6931472f],
            tape.LogSoftmax(x).Values.ToArray(), Near);
    }

    [Fact]
    public void A_single_number_is_a_row() => Assert.Equal(1, new Tape().Softmax(Tensor.From([5], new Shape())).Scalar);

    private static bool Near(float a, float b) => a == b || Math.Abs(a - b) <= 1e-6f * Math.Max(1, Math.Abs(a));
}
