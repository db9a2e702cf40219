using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Data;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/training.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class CrossValidationExample
{
    [Fact]
    public void MeasuresAClassifierOnEachFold()
    {
        // Points of a square; their class is whether they lie in a circle around its centre.
        float[][] points = [.. Enumerable.Range(0, 200).Select(i => new[] { MathF.Sin(i * i), MathF.Cos(3 * i * i) })];
        int[] labels = [.. points.Select(point => (point[0] * point[0]) + (point[1] * point[1]) < 0.8f ? 1 : 0)];
        TextWriter output = Console.Out;
        try
        {
            using var written = new StringWriter();
            Console.SetOut(written);
            Run(points, labels);
            string[] lines = written.ToString().TrimEnd().Split('\n');
            Assert.Equal(["train_loss", "validation_loss", "accuracy", "macro_precision", "macro_recall", "macro_f1"], lines.Select(line => line.Split(' ')[0]));
            Assert.All(lines, line => Assert.Contains(" ± ", line));
            Assert.InRange(double.Parse(lines[2].Split(' ')[1]), 0.8, 1);
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    private static void Run(float[][] points, int[] labels)
    {
        List<IReadOnlyDictionary<string, double>> results = [];
        foreach (Fold fold in Folds.Of(labels, folds: 5, seed: 1))
        {
            ParameterSet parameters = new();
            Linear hidden = new(parameters, "hidden", 2, 16);
            Linear output = new(parameters, "output", 16, 2);
            parameters.Allocate(seed: 1);
            Tensor Scores(Tape tape, int[] items) =>
                output.Forward(tape, tape.Relu(hidden.Forward(tape, Tensor.From([.. items.SelectMany(i => points[i])], new Shape(items.Length, 2)))));
            int[] Labels(int[] items) => [.. items.Select(i => labels[i])];

            ShuffledBatches batches = new(fold.Training, batchSize: 16, seed: 1);
            int[] heldOut = [.. fold.HeldOut];
            TrainingReport report = Trainer.Train(
                parameters,
                batches.Count,
                (tape, step) => SoftmaxCrossEntropy.Forward(tape, Scores(tape, batches[step].ToArray()), Labels(batches[step].ToArray())),
                new TrainerOptions { Epochs = 30, LearningRate = 0.02f },
                beginEpoch: batches.BeginEpoch,
                validate: () =>
                {
                    Tape tape = Tape.ForInference();
                    Tensor scores = Scores(tape, heldOut);
                    ConfusionMatrix matrix = new("outside", "inside");
                    matrix.Add(scores, Labels(heldOut));
                    return [new Metric("loss", SoftmaxCrossEntropy.Forward(tape, scores, Labels(heldOut)).Scalar), .. matrix.Summary()];
                });
            results.Add(report.Final);
        }

        foreach (MetricSummary metric in MetricSummary.Of(results))
            Console.WriteLine($"{metric.Name} {metric}");
    }
}
