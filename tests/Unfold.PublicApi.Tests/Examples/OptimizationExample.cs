using Unfold.Models;
using Unfold.Optimizers;
using Unfold.Training;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/optimization.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class OptimizationExample
{
    [Fact]
    public void TrainsWithGroupsAScheduleAndAnAverage()
    {
        TextWriter output = Console.Out;
        try
        {
            using var written = new StringWriter();
            Console.SetOut(written);
            Run();
            Assert.Equal("2", written.ToString().Trim());
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    private static void Run()
    {
        LanguageModelOptions options = new()
        {
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 0.005f,
            Decay = LearningRateDecay.OneCycle,
            Groups = [ParameterGroup.Parse("encoder: rate 0.5"), ParameterGroup.Parse("*.b*: decay 0")],
            AverageDecay = 0.99,
            Epochs = 2,
        };
        LanguageModel model = LanguageModel.Train(string.Concat(Enumerable.Repeat("the cat sat on the mat\n", 400)), options);
        Console.WriteLine(model.Report.Epochs.Count);
    }
}
