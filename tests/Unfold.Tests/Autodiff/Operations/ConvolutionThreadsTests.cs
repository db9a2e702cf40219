using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

/// <summary>Convolutions with teams of different sizes.</summary>
[Collection(nameof(Team))]
public sealed class ConvolutionThreadsTests : IDisposable
{
    private static readonly ConvolutionCase[] Cases =
    [
        new([9, 20, 14, 14], [40, 20, 3, 3]) { Padding = Padding.Same },
        new([16, 1, 28, 28], [32, 1, 3, 3]) { Padding = Padding.Same },
        new([1, 64, 7, 7], [100, 64, 3, 3]),
        new([3, 25, 500], [25, 25, 7]) { Padding = Padding.Causal, Dilation = [16] },
        new([5, 24, 20, 20], [24, 1, 3, 3]) { Groups = 24, Stride = [2], Padding = Padding.Same },
        new([2, 16, 12, 12], [16, 10, 4, 4]) { Transposed = true, Stride = [2], Padding = Padding.Explicit(1) },
    ];

    private readonly int _before = Team.Shared.Size;

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.Length)];

    public void Dispose() => Team.SetSize(_before);

    [Theory]
    [MemberData(nameof(Indices))]
    public void Results_and_gradients_are_equal_to_the_bit(int index)
    {
        ConvolutionCase given = Cases[index];
        given.Size(out Shape shape);
        float[][]? expected = null;
        foreach (int threads in new[] { 1, 2, 3, 7 })
        {
            Team.SetSize(threads);
            Tape tape = new();
            Tensor[] operands = [.. new[] { new Shape(given.X), new Shape(given.Weight), new Shape(shape[1]) }
                .Select((s, i) => tape.Watch(Tensor.From(ConvolutionOperationTests.Wave(s.Length, i), s)))];
            Tensor y = given.Apply(tape, operands[0], operands[1], operands[2]);
            tape.Backward([y], [Tensor.From(ConvolutionOperationTests.Wave(shape.Length, 3), shape)]);
            float[][] results = [y.Values.ToArray(), .. operands.Select(o => tape.Gradient(o).Values.ToArray())];
            expected ??= results;
            Assert.Equal(expected, results);
        }
    }
}
