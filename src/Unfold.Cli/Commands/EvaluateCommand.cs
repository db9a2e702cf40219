using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Images;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold evaluate MODEL DATA</c>: how well a model predicts a text, beside the trivial baseline, tells the classes of images or sequences, or forecasts series.</summary>
internal static class EvaluateCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        Argument<string> file = Arguments.File("DATA", "What the model was made for: a text file (UTF-8), images as for train image, sequences as for train classify, sentences as for train tag, a series as for train forecast, music as for train music");
        Option<int> shift = Values.Whole("--shift", "For images: also shift them by up to so many pixels", 0, 1000, 0);
        var command = new Command("evaluate", "How well a model predicts a text, beside guessing by frequency alone, tells the classes of images or sequences, labels words, or foresees series or music") { model, file, shift };
        var sequences = new SequenceFileChoice(command);
        var series = new SeriesChoice(command);
        command.SetAction(parsed =>
        {
            (string modelPath, string data) = (parsed.GetRequiredValue(model), parsed.GetRequiredValue(file));
            return Inputs.TaskOf(modelPath) switch
            {
                "image" => RunImages(modelPath, data, parsed.GetValue(shift)),
                "classify" => ClassifyPrediction.Evaluate(Inputs.ClassifierModel(modelPath), data, sequences.Options(parsed)),
                "tag" => TagPrediction.Evaluate(Inputs.TaggerModel(modelPath), data),
                "music" => MusicPrediction.Evaluate(Inputs.MusicModel(modelPath), data),
                "forecast" => EvaluateForecasts(Inputs.ForecastModel(modelPath), data, parsed, series),
                _ => RunText(modelPath, data),
            };
        });
        return command;
    }

    private static int EvaluateForecasts(Forecaster model, string data, ParseResult parsed, SeriesChoice series) =>
        ForecastPrediction.Evaluate(model, series.Load(parsed, data, model.Variables));

    private static int RunText(string modelPath, string textPath)
    {
        using var interrupt = new Interrupt();
        LanguageModel model = Inputs.Model(modelPath);
        Evaluation found = model.Evaluate(Inputs.Text(textPath), progress: null, interrupt.Token);

        Row("tokens", Say.Count(found.Tokens));
        Row("unknown_tokens", Say.Count(found.UnknownTokens));
        Row("loss", $"{found.Loss:F4}  nats a token");
        Row("perplexity", Say.Number(found.Perplexity));
        Row("bits_per_character", $"{found.BitsPerCharacter:F4}");
        Row("accuracy", $"{found.Accuracy:F4}");
        Row("unigram_loss", $"{found.UnigramLoss:F4}  by each token's frequency in the training text alone");
        Row("unigram_perplexity", Say.Number(found.UnigramPerplexity));
        Row("tokens_per_second", Say.Count((long)(found.Tokens / Math.Max(found.Seconds, 1e-9))));
        return ExitCode.Done;
    }

    private static int RunImages(string modelPath, string data, int shift)
    {
        using var interrupt = new Interrupt();
        ImageClassifier model = Inputs.ImageModel(modelPath);
        ImageFiles files = Inputs.Images(data);
        ImageDataset images = files.Test ?? files.Training;
        ImageEvaluation found = model.Evaluate(images, progress: null, interrupt.Token);

        Row("images", Say.Count(found.Images));
        Row("loss", $"{found.Loss:F4}  nats an image");
        Row("accuracy", $"{found.Accuracy:F4}");
        Row("images_per_second", Say.Count((long)(found.Images / Math.Max(found.Seconds, 1e-9))));
        IReadOnlyList<double> shifted = shift == 0 ? [] : model.EvaluateShifted(images, shift, interrupt.Token);
        for (int pixels = 1; pixels < shifted.Count; pixels++)
        {
            Row($"accuracy_shift_{pixels}", $"{shifted[pixels]:F4}{(pixels == 1 ? "  images shifted right, left, down and up, the mean" : "")}");
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine(found.Confusion.ToString().TrimEnd());
        return ExitCode.Done;
    }

    private static void Row(string name, string value) => Console.Out.WriteLine($"{name,-20}{value}");
}
