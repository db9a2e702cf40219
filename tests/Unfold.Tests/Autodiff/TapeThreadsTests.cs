using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff;

/// <summary>What a tape computes with teams of different sizes.</summary>
[Collection(nameof(Team))]
public sealed class TapeThreadsTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Fact]
    public void Training_is_equal_to_the_bit_for_any_number_of_threads()
    {
        List<float[]> results = [];
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            SmallNetwork network = new(400);
            for (int step = 0; step < 3; step++)
                network.Train(step);
            results.Add(network.Parameters.Values.ToArray());
        }

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Softmax_and_its_logarithm_are_equal_to_the_bit_for_any_number_of_threads()
    {
        Tensor values = Tensor.From([.. Enumerable.Range(0, 40 * 1301).Select(i => (float)(3 * Math.Sin(1.7 * i)))], new Shape(40, 1301));
        List<(float[] Y, float[] Gradient)> results = [];
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            Tape tape = new();
            Tensor x = tape.Watch(values);
            Tensor y = tape.Multiply(tape.Softmax(x), tape.LogSoftmax(x));
            tape.Backward(tape.Sum(y));
            results.Add((y.Values.ToArray(), tape.Gradient(x).Values.ToArray()));
        }

        Assert.All(results, result => Assert.Equal(results[0].Y, result.Y));
        Assert.All(results, result => Assert.Equal(results[0].Gradient, result.Gradient));
    }
}
