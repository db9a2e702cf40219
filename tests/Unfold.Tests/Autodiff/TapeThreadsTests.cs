using Unfold.Kernels.Threading;

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
}
