using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

/// <summary>Conditional random fields with teams of different sizes.</summary>
[Collection(nameof(Team))]
public sealed class ConditionalRandomFieldThreadsTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Fact]
    public void Gradients_are_equal_to_the_bit_for_any_number_of_threads()
    {
        PackedSequences sequences = new([.. Enumerable.Range(0, 13).Select(n => 1 + (5 * n % 11))]);
        int[] right = [.. Enumerable.Range(0, sequences.RowCount).Select(i => i * i % 20)];
        List<float[]> found = [];
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            ParameterSet parameters = new();
            ConditionalRandomField crf = new(parameters, "crf", 20);
            parameters.Allocate(1);
            Tape tape = new();
            Tensor x = tape.Watch(RecurrentTests.Wave(new Shape(sequences.RowCount, 20)));
            Tensor loss = crf.Loss(tape, x, right, sequences);
            tape.Backward(loss);
            found.Add([loss.Scalar, .. parameters.Gradients, .. tape.Gradient(x).Values]);
        }

        Assert.All(found, result => Assert.Equal(found[0], result));
    }
}
