using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Tests.Optimizers;

/// <summary>Steps and averages with teams of different sizes.</summary>
[Collection(nameof(Team))]
public sealed class OptimizerThreadsTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Weights_are_the_same_to_the_bit_for_any_number_of_threads(int rule)
    {
        float[] one = Run(1, rule);
        Assert.True(one.Distinct().Count() > 1000);
        Assert.Equal(one, Run(2, rule));
        Assert.Equal(one, Run(4, rule));
    }

    private static float[] Run(int threads, int rule)
    {
        Team.SetSize(threads);
        ParameterSet set = new();
        set.Add("a.weight", new Shape(40_003), Initializer.Uniform(-1, 1));
        set.Add("a.bias", new Shape(7), Initializer.Ones);
        set.Add("b.weight", new Shape(20_001), Initializer.Uniform(-1, 1));
        set.Add("b.bias", new Shape(1003), Initializer.Ones);
        set.Allocate(1);
        Optimizer optimizer = rule switch
        {
            0 => new Sgd(0.1f, 0.9),
            1 => new AdamW(0.1f),
            2 => new AdaGrad(0.1f),
            3 => new RmsProp(0.1f, momentum: 0.5, centered: true),
            _ => new AdaDelta(),
        };
        optimizer.L1 = 0.01f;
        optimizer.UpdateLimit = 0.05f;
        optimizer.Groups = [ParameterGroup.Parse("*.bias: rate 0.5, l2 0.1"), ParameterGroup.Parse("b: decay 0.2")];
        WeightAverage average = new(set);
        Random random = new(1);
        for (int step = 0; step < 3; step++)
        {
            foreach (ref float gradient in set.Gradients)
                gradient = random.NextSingle() - 0.5f;
            optimizer.Step(set);
            average.Add();
        }

        average.Exchange();
        return [.. set.Values, .. average.Values.Values];
    }
}
