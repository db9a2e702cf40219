using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Images;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold predict MODEL DATA…</c>: the class of images or of sequences, and how series and music go on.</summary>
internal static class PredictCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        Argument<string[]> images = Arguments.Files("DATA", "PNG files, images of a data set as DATA#NUMBER, or a data set; files of sequences, sentences, series or music, or - for standard input");
        Option<int> top = Values.Whole("--top", "How many of the likeliest classes to show", 1, 1000, 1);
        Option<string?> output = Values.Path("--out", "Of recurrent layers alone: write the outputs [T, N, O] into this .npy file");
        var command = new Command("predict", "The likeliest class of each image or sequence, and its probability; the labels of words; how a series or a piece of music goes on") { model, images, top, output };
        var files = new SequenceFileChoice(command);
        var series = new SeriesChoice(command);
        command.SetAction(parsed =>
        {
            (string path, string[] data) = (parsed.GetRequiredValue(model), parsed.GetRequiredValue(images));
            return Inputs.TaskOf(path) switch
            {
                "classify" => ClassifyPrediction.Predict(Inputs.ClassifierModel(path), data, parsed.GetValue(top), files.Options(parsed)),
                "tag" => TagPrediction.Predict(Inputs.TaggerModel(path), data),
                "music" => MusicPrediction.Predict(Inputs.MusicModel(path), data, parsed.GetValue(top)),
                "forecast" => ForecastPrediction.Predict(Inputs.ForecastModel(path), data, parsed, series),
                "recurrent" => RecurrentPrediction.Predict(Inputs.RecurrentModel(path), data, parsed.GetValue(output)),
                _ => Run(path, data, parsed.GetValue(top)),
            };
        });
        return command;
    }

    private static int Run(string modelPath, string[] images, int top)
    {
        using var interrupt = new Interrupt();
        string task = Inputs.TaskOf(modelPath);
        if (task != "image")
        {
            throw new FailureException($"'{modelPath}' is a model for the task '{task}', which predicts otherwise: see unfold generate and unfold score");
        }

        ImageClassifier model = Inputs.ImageModel(modelPath);
        foreach (string text in images)
        {
            bool isOne = text.Contains('#') || text.EndsWith(".png", StringComparison.OrdinalIgnoreCase);
            if (isOne)
            {
                Print(text, model, model.Predict(Inputs.Image(text, model.Size)), top);
                continue;
            }

            ImageFiles files = Inputs.Images(text);
            ImageDataset all = files.Test ?? files.Training;
            IReadOnlyList<ImagePrediction> predictions = model.Predict(all, interrupt.Token);
            for (int i = 0; i < predictions.Count; i++)
            {
                Print($"{text}#{i}", model, predictions[i], top);
            }
        }

        return ExitCode.Done;
    }

    private static void Print(string name, ImageClassifier model, ImagePrediction prediction, int top)
    {
        IEnumerable<int> likeliest = Enumerable.Range(0, model.Classes.Count).OrderByDescending(label => prediction.Probabilities[label]).Take(top);
        Console.Out.WriteLine($"{name}  {string.Join("  ", likeliest.Select(label => $"{model.Classes[label]} {prediction.Probabilities[label]:F4}"))}");
    }
}
