using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class ElementwiseOperationTests
{
    /// <summary>Around every vector width, and one for which the team is called.</summary>
    public static TheoryData<int> Lengths => [0, 1, 2, 7, 8, 9, 15, 16, 17, 33, 70_001];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Add(int n) => Case(n, 2, (tape, x) => tape.Add(x[0], x[1]), (x, y) => ReferenceMath<double>.Add(x[0], x[1], y),
        (d, x, y, g) => ReferenceMath<double>.AddBackward(d, g[0], g[1])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Subtract(int n) => Case(n, 2, (tape, x) => tape.Subtract(x[0], x[1]),
        (x, y) => ReferenceMath<double>.Subtract(x[0], x[1], y),
        (d, x, y, g) => ReferenceMath<double>.SubtractBackward(d, g[0], g[1])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Multiply(int n) => Case(n, 2, (tape, x) => tape.Multiply(x[0], x[1]),
        (x, y) => ReferenceMath<double>.Multiply(x[0], x[1], y),
        (d, x, y, g) => ReferenceMath<double>.MultiplyBackward(d, x[0], x[1], g[0], g[1])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Scale(int n) => Case(n, 1, (tape, x) => tape.Scale(x[0], -2.5f), (x, y) => ReferenceMath<double>.Scale(x[0], -2.5, y),
        (d, x, y, g) => ReferenceMath<double>.ScaleBackward(d, -2.5, g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Sigmoid(int n) => Case(n, 1, (tape, x) => tape.Sigmoid(x[0]), (x, y) => ReferenceMath<double>.Sigmoid(x[0], y),
        (d, x, y, g) => ReferenceMath<double>.SigmoidBackward(d, y, g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Tanh(int n) => Case(n, 1, (tape, x) => tape.Tanh(x[0]), (x, y) => ReferenceMath<double>.Tanh(x[0], y),
        (d, x, y, g) => ReferenceMath<double>.TanhBackward(d, y, g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Relu(int n) => Case(n, 1, (tape, x) => tape.Relu(x[0]), (x, y) => ReferenceMath<double>.Relu(x[0], y),
        (d, x, y, g) => ReferenceMath<double>.ReluBackward(d, y, g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void LeakyRelu(int n) => Case(n, 1, (tape, x) => tape.LeakyRelu(x[0], 0.25f), (x, y) => ReferenceMath<double>.LeakyRelu(x[0], 0.25, y),
        (d, x, y, g) => ReferenceMath<double>.LeakyReluBackward(d, x[0], 0.25, g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Elu(int n) => Case(n, 1, (tape, x) => tape.Elu(x[0], 0.75f), (x, y) => ReferenceMath<double>.Elu(x[0], 0.75, y),
        (d, x, y, g) => ReferenceMath<double>.EluBackward(d, x[0], 0.75, g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gelu(int n) => Case(n, 1, (tape, x) => tape.Gelu(x[0]), (x, y) => ReferenceMath<double>.Gelu(x[0], y),
        (d, x, y, g) => ReferenceMath<double>.GeluBackward(d, x[0], g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Silu(int n) => Case(n, 1, (tape, x) => tape.Silu(x[0]), (x, y) => ReferenceMath<double>.Silu(x[0], y),
        (d, x, y, g) => ReferenceMath<double>.SiluBackward(d, x[0], g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Softplus(int n) => Case(n, 1, (tape, x) => tape.Softplus(x[0]), (x, y) => ReferenceMath<double>.Softplus(x[0], y),
        (d, x, y, g) => ReferenceMath<double>.SoftplusBackward(d, x[0], g[0])).Verify();

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Square_as_a_product_with_itself(int n) => Case(n, 1, (tape, x) => tape.Multiply(x[0], x[0]),
        (x, y) => ReferenceMath<double>.Multiply(x[0], x[0], y),
        (d, x, y, g) => ReferenceMath<double>.MultiplyBackward(d, x[0], x[0], g[0], g[0])).Verify();

    private static OperationCase Case(
        int n, int operands, OperationCase.TapeForward tape, OperationCase.ReferenceForward forward, OperationCase.ReferenceBackward backward) =>
        new([.. Enumerable.Repeat(new Shape(n), operands)])
        {
            Tape = tape,
            Forward = forward,
            Backward = backward,
            Length = n,
            AvoidZero = true,
            CheckReference = n < 100,
        };
}
