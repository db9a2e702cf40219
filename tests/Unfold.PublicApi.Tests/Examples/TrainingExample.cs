using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/training.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class TrainingExample
{
    [Fact]
    public void TrainsANetworkOfOnesOwnOnArrays()
    {
        // 64 sequences of 10 numbers from -1 to 1; their class is whether the sum is above 0.
        int[] steps = [.. Enumerable.Range(0, 640)];
        float[] numbers = [.. steps.Select(i => (float)Math.Sin(i * i))];
        int[] labels = [.. Enumerable.Range(0, 64).Select(n => Enumerable.Range(0, 10).Sum(t => numbers[t * 64 + n]) > 0 ? 1 : 0)];
        TextWriter output = Console.Out;
        try
        {
            using var written = new StringWriter();
            Console.SetOut(written);
            Run(numbers, labels);
            Assert.InRange(double.Parse(written.ToString()), 0, 0.3);
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    private static void Run(float[] numbers, int[] labels)
    {
        ParameterSet parameters = new();
        Recurrent rnn = new(parameters, "rnn", Cell.Named("gru"), inputSize: 1, hiddenSize: 16);
        Linear decoder = new(parameters, "decoder", inputSize: 16, outputSize: 2);
        parameters.Allocate(seed: 1);

        Tensor x = Tensor.From(numbers, new Shape(10, 64, 1));
        TrainingReport report = Trainer.Train(parameters, stepsPerEpoch: 1, (tape, step) =>
        {
            Tensor last = rnn.Forward(tape, x).Output.Slice(9, 1);
            return SoftmaxCrossEntropy.Forward(tape, decoder.Forward(tape, last), labels);
        }, new TrainerOptions { Epochs = 150, LearningRate = 0.02f });
        Console.WriteLine(report.Final["train_loss"]);
    }
}
