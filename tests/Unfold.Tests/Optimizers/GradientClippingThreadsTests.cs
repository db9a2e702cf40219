using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Tests.Optimizers;

/// <summary>Norms of gradients with teams of different sizes.</summary>
[Collection(nameof(Team))]
public sealed class GradientClippingThreadsTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Fact]
    public void The_norm_of_many_is_right_and_the_same_for_any_number_of_threads()
    {
        ParameterSet set = new();
        set.Add("a", new Shape(100_003), Initializer.Zeros);
        set.Add("b", new Shape(7), Initializer.Zeros, trained: false);
        set.Add("c", new Shape(50_001), Initializer.Zeros);
        set.Allocate(0);
        Random random = new(1);
        double sum = 0;
        foreach (string name in new[] { "a", "c" })
        {
            foreach (ref float value in set[name].Gradient.Span)
            {
                value = random.NextSingle() - 0.5f;
                sum += (double)value * value;
            }
        }

        List<double> norms = [];
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            norms.Add(GradientClipping.Norm(set));
        }

        Assert.Equal(Math.Sqrt(sum), norms[0], 1e-9);
        Assert.Equal([norms[0], norms[0], norms[0]], norms);
    }
}
