using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Tensors;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/layers.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class LayersExample
{
    [Fact]
    public void ShowsShapesAndRuns()
    {
        TextWriter output = Console.Out;
        try
        {
            using var written = new StringWriter();
            Console.SetOut(written);
            Run();
            Assert.EndsWith("[5, 10]", written.ToString().TrimEnd(), StringComparison.Ordinal);
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    private static void Run()
    {
        NetworkPlan plan = NetworkPlan.Parse("conv 3x3 8 same, relu, pool 2, flatten, linear 10", new Shape(1, 28, 28));
        Console.Write(plan.Describe());

        ParameterSet parameters = new();
        Sequential network = plan.Build(parameters);
        parameters.Allocate(seed: 1);
        Tensor scores = network.Forward(Tape.ForInference(), Tensor.Zeros(new Shape(5, 1, 28, 28)));
        Console.WriteLine(scores.Shape);
    }
}
