using System.Globalization;
using System.Text.Json;

namespace Unfold.Cli.Tests;

/// <summary>Sequences from end to end: train, predict, evaluate, inspect, cross-validate.</summary>
public sealed class ClassifyTests
{
    private static readonly string[] Small = ["--hidden", "8", "--epochs", "30", "--batch", "8", "--learning-rate", "0.02", "--threads", "1"];

    [Fact]
    public void SeriesAreTrainedMeasuredPredictedAndStreamed()
    {
        using TemporaryFolder folder = Data();
        string output = Run(folder, ["train", "classify", "data", .. Small, "--augment", "jitter 0.01", "--report", "report.json"]);
        Assert.Contains("to train on: 40 series of 2 channels, 2 classes; to test on: 20", output);
        Assert.Contains("epoch 30/30  train loss ", output);
        Assert.Contains("test sequences: loss ", output);
        Assert.Contains("actual", output);
        Assert.False(File.Exists(folder["model.safetensors.checkpoint"]), "the checkpoint is left behind");
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        Assert.Equal("classify", report.RootElement.GetProperty("task").GetString());
        Assert.True(report.RootElement.GetProperty("final").GetProperty("test_accuracy").GetDouble() > 0.9);

        Assert.Contains("accuracy              1.0000", Run(folder, "evaluate", "model.safetensors", "data"));
        string[] predicted = Run(folder, "predict", "model.safetensors", "data", "--top", "2").TrimEnd().Split('\n');
        Assert.Equal(20, predicted.Length);
        Assert.StartsWith("data/w_TEST.ts, line 2  ", predicted[0]);
        Assert.Contains("series of 2 channels", Run(folder, "inspect", "model.safetensors"));
        Assert.Contains("augmentation: jitter 0.01", Run(folder, "inspect", "model.safetensors"));

        // A causal model answers after each step; the last answer is that for the whole series.
        string first = File.ReadLines(folder["data/w_TEST.ts"]).ElementAt(1);
        string[] channels = first.Split(':');
        string steps = string.Join('\n', channels[0].Split(',').Zip(channels[1].Split(','), (a, b) => $"{a} {b}"));
        using UnfoldProcess streamed = UnfoldProcess.Feed(folder.Path, steps + "\n\n1 1\n", "predict", "model.safetensors", "-", "--top", "2");
        Assert.Equal(("", 0), (streamed.Error, streamed.ExitCode));
        string[] answers = streamed.Output.TrimEnd().Split('\n');
        Assert.Equal(steps.Split('\n').Length + 1, answers.Length);
        Assert.Equal(predicted[0].Split("  ", 2)[1], answers[^2].Split("  ", 2)[1]);
        Assert.StartsWith("2:1  ", answers[^1]);
        using UnfoldProcess wrong = UnfoldProcess.Feed(folder.Path, "1 2\n1 x\n", "predict", "model.safetensors", "-");
        Assert.Equal((1, "unfold: standard input, line 2: 'x' is no number\n"), (wrong.ExitCode, wrong.Error));
    }

    [Fact]
    public void TextsOfAFileForEachClassAreReadInBothDirections()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["names"]);
        File.WriteAllText(folder["names/vowels.txt"], string.Concat(Enumerable.Range(0, 40).Select(i => "aeiou"[i % 5] + new string("aeiou"[i % 3], 1 + (i % 4)) + "\n")));
        File.WriteAllText(folder["names/consonants.txt"], string.Concat(Enumerable.Range(0, 40).Select(i => "bcdfg"[i % 5] + new string("klmnp"[i % 3], 1 + (i % 4)) + "\n")));
        string output = Run(folder, ["train", "classify", "names", .. Small, "--bidirectional", "--merge", "sum", "--layers", "2", "--skip-connections", "--test-share", "0.25"]);
        Assert.Contains("to train on: 80 texts, 2 classes", output);
        Assert.Contains("accuracy 100.00 %", output);
        using UnfoldProcess run = UnfoldProcess.Feed(folder.Path, "aie\n\nkbk\n", "predict", "model.safetensors", "-");
        Assert.StartsWith("1  vowels ", run.Output);
        Assert.Contains("\n3  consonants ", run.Output);
    }

    [Fact]
    public void CrossValidationTellsEachFoldAndTheMean()
    {
        using TemporaryFolder folder = Data();
        string output = Run(folder, ["train", "classify", "data/w_TRAIN.ts", .. Small, "--folds", "4", "--report", "report.json"]);
        Assert.Contains("\nfold 4: 10 sequences, loss ", output);
        Assert.Contains("\n4 folds, mean ± deviation: accuracy ", output);
        Assert.False(File.Exists(folder["model.safetensors"]));
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        Assert.True(report.RootElement.GetProperty("final").GetProperty("accuracy").GetDouble() > 0.9);
    }

    private static string Run(TemporaryFolder folder, params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, arguments);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        return run.Output;
    }

    /// <summary>Series that rise or fall, of 4 to 12 steps.</summary>
    private static TemporaryFolder Data()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        var random = new Random(1);
        foreach ((string part, int count) in new[] { ("TRAIN", 40), ("TEST", 20) })
        {
            var lines = new List<string> { "@data" };
            for (int i = 0; i < count; i++)
            {
                int steps = 4 + random.Next(9), sign = i % 2 == 0 ? 1 : -1;
                string rising = string.Join(',', Enumerable.Range(0, steps).Select(t => ((sign * t) + random.NextDouble()).ToString("F3", CultureInfo.InvariantCulture)));
                string noise = string.Join(',', Enumerable.Range(0, steps).Select(_ => random.NextDouble().ToString("F3", CultureInfo.InvariantCulture)));
                lines.Add($"{rising}:{noise}:{(sign > 0 ? "up" : "down")}");
            }

            File.WriteAllLines(folder[$"data/w_{part}.ts"], lines);
        }

        return folder;
    }
}
