using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class MatrixOperationTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 2, 7, 8 }, { 7, 9, 2 }, { 8, 16, 15 }, { 9, 17, 16 }, { 15, 2, 17 }, { 16, 33, 7 }, { 17, 8, 9 }, { 33, 15, 1 },
        { 1, 33, 33 }, { 0, 3, 4 }, { 300, 70, 130 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void MatMul(int m, int k, int n) => new OperationCase(new Shape(m, k), new Shape(k, n))
    {
        Tape = (tape, x) => tape.MatMul(x[0], x[1]),
        Forward = (x, y) => ReferenceMath<double>.MatMul(x[0], x[1], m, k, n, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.MatMulBackward(d, x[0], x[1], m, k, n, g[0], g[1]),
        Length = m * n,
        CheckReference = m < 100,
    }.Verify();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Linear(int m, int k, int n) => new OperationCase(new Shape(m, k), new Shape(n, k), new Shape(n))
    {
        Tape = (tape, x) => tape.Linear(x[0], x[1], x[2]),
        Forward = (x, y) => ReferenceMath<double>.Linear(x[0], x[1], x[2], m, k, n, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.LinearBackward(d, x[0], x[1], m, k, n, g[0], g[1], g[2]),
        Length = m * n,
        CheckReference = m < 100,
    }.Verify();

    [Fact]
    public void Linear_without_a_bias_and_with_more_axes() => new OperationCase(new Shape(3, 2, 5), new Shape(4, 5))
    {
        Tape = (tape, x) => tape.Linear(x[0], x[1]),
        Forward = (x, y) => ReferenceMath<double>.Linear(x[0], x[1], new double[4], 6, 5, 4, y),
        Backward = (d, x, y, g) => ReferenceMath<double>.LinearBackward(d, x[0], x[1], 6, 5, 4, g[0], g[1], new double[4]),
        Length = 24,
    }.Verify();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(7, 16)]
    [InlineData(9, 17)]
    [InlineData(65, 33)]
    [InlineData(200, 300)]
    public void AddBias(int m, int n) => new OperationCase(new Shape(m, n), new Shape(n))
    {
        Tape = (tape, x) => tape.AddBias(x[0], x[1]),
        Forward = (x, y) => ReferenceMath<double>.AddBias(x[0], x[1], y),
        Backward = (d, x, y, g) => ReferenceMath<double>.AddBiasBackward(d, g[0], g[1]),
        Length = m * n,
        CheckReference = m < 10,
    }.Verify();

    [Fact]
    public void Leading_axes_are_rows()
    {
        Tape tape = new();
        Tensor x = Tensor.From([1, 2, 3, 4, 5, 6, 7, 8], new Shape(2, 2, 2));
        Tensor weight = Tensor.From([1, 10, 100, 1000, 2, 3], new Shape(3, 2));
        Tensor y = tape.Linear(x, weight, Tensor.From(0, 0, 1));
        Assert.Equal(new Shape(2, 2, 3), y.Shape);
        Assert.Equal([21, 2100, 9, 43, 4300, 19, 65, 6500, 29, 87, 8700, 39], y.Values.ToArray());
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        Tape tape = new();
        Tensor x = Tensor.Zeros(new Shape(64, 50, 32));
        string message = Assert.Throws<ArgumentException>(() => tape.Linear(x, Tensor.Zeros(new Shape(5, 28)))).Message;
        Assert.Equal("Linear expects x [.., C=28], but got [64, 50, 32].\n  Axis 2 is 32; C, the weight's input features, is 28.", message);
        Assert.Contains("weight [H, C]", Assert.Throws<ArgumentException>(() => tape.Linear(x, Tensor.Zeros(new Shape(5)))).Message);
        Assert.Contains("bias [H=5]",
            Assert.Throws<ArgumentException>(() => tape.Linear(x, Tensor.Zeros(new Shape(5, 32)), Tensor.Zeros(new Shape(32)))).Message);
        Assert.Contains("AddBias", Assert.Throws<ArgumentException>(() => tape.Add(x, Tensor.Zeros(new Shape(32)))).Message);
        Assert.Contains("a [.., K=3]", Assert.Throws<ArgumentException>(() => tape.MatMul(x, Tensor.Zeros(new Shape(3, 4)))).Message);
        Assert.Contains("bias [C]", Assert.Throws<ArgumentException>(() => tape.AddBias(x, Tensor.Zeros(new Shape(1, 32)))).Message);
    }
}
