using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Data.Images;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on images, from its files to the table of what weight sharing buys.</summary>
internal sealed class ImageRun
{
    private const int MostShift = 4;

    public required string Data { get; init; }

    public required RunFiles Files { get; init; }

    public bool ComparePlain { get; init; }

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<ImageClassifierOptions, ImageClassifierOptions> choose)
    {
        Files.Require();
        ImageFiles images = Inputs.Images(Data);
        if (ComparePlain && images.Test is null)
        {
            throw new MistakeException("--compare-plain measures on images to test on, but the data have none");
        }

        Console.Out.WriteLine($"to train on: {images.Training}{(images.Test is null ? "" : $"; to test on: {Say.Count(images.Test.Count)}")}");
        ImageClassifierOptions options = Files.Options(() => new ImageClassifierOptions(), ImageClassifier.ReadCheckpointOptions, choose);

        using var interrupt = new Interrupt();
        SeedStudy<ImageClassifier> study = Files.Train(options, (chosen, view) => ImageClassifier.Train(images, chosen, view, interrupt.Token), model => model.Report);
        Finish(study.Best);
        Dictionary<string, double> measured = new(study.Report.Final);
        if (ComparePlain)
        {
            Compare(study.Best, images, measured, interrupt.Token);
        }

        Files.Write(study.Report with { Final = measured });
        return ExitCode.Done;
    }

    private static ImageClassifier TrainPlain(ImageFiles images, ImageClassifierOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return TrainingView.Show(words: false, view => ImageClassifier.Train(images, options, view, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            throw new FailureException("interrupted");
        }
    }

    private void Finish(ImageClassifier model)
    {
        Files.Keep(model.Save);
        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters, {model.Classes.Count} classes; {Files.SavedAfter(model.Report)}");
        IReadOnlyDictionary<string, double> final = model.Report.Final;
        if (final.TryGetValue("validation_loss", out double loss))
        {
            Console.Out.WriteLine($"held-out images: loss {loss:F4}, accuracy {final["accuracy"]:P2}");
        }

        if (final.TryGetValue("test_loss", out loss))
        {
            Console.Out.WriteLine($"test images: loss {loss:F4}, accuracy {final["test_accuracy"]:P2}");
        }
    }

    /// <summary>Trains a network without weight sharing in the same way, and prints how both fare when the test images are shifted.</summary>
    private void Compare(ImageClassifier model, ImageFiles images, Dictionary<string, double> measured, CancellationToken cancellationToken)
    {
        string layers = ImageClassifier.PlainLayers(model.Plan.Input, model.Classes.Count, model.ParameterCount);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"a plain network of as many parameters: {layers}");
        ImageClassifier plain = TrainPlain(images, model.Options with { Layers = layers, CheckpointPath = null, ResumePath = null, GradientNorms = null, TensorBoard = null }, cancellationToken);
        Console.Out.WriteLine();
        Console.Out.WriteLine($"{"",-8}{"parameters",12}  {"seconds",8}  {"test",8}" + string.Concat(Enumerable.Range(1, MostShift).Select(pixels => $"{$"shift {pixels}",9}")));
        Row("layers", model);
        Row("plain", plain);

        void Row(string name, ImageClassifier network)
        {
            IReadOnlyList<double> accuracies = network.EvaluateShifted(images.Test!, MostShift, cancellationToken);
            string prefix = name == "plain" ? "plain_" : "";
            for (int pixels = 0; pixels <= MostShift; pixels++)
            {
                measured[pixels == 0 ? $"{prefix}test_accuracy" : $"{prefix}test_accuracy_shift_{pixels}"] = accuracies[pixels];
            }

            measured[$"{prefix}parameters"] = network.ParameterCount;
            Console.Out.WriteLine($"{name,-8}{Say.Count(network.ParameterCount),12}  {network.Report.Seconds ?? 0,8:F0}  {accuracies[0],8:P2}" + string.Concat(accuracies.Skip(1).Select(accuracy => $"{accuracy,9:P2}")));
        }
    }
}
