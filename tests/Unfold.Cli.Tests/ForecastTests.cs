namespace Unfold.Cli.Tests;

/// <summary><c>train forecast</c> and <c>train music</c>, and what can be done with their models, from end to end.</summary>
public sealed class ForecastTests
{
    [Fact]
    public void ASeriesIsForecastMeasuredDrawnAndStreamed()
    {
        using var folder = new TemporaryFolder();
        string[] lines = [.. Enumerable.Range(0, 120).Select(t => $"{new DateTime(2010, 1, 1).AddMonths(t):yyyy-MM},{10 + (5 * Math.Sin(t * Math.PI / 6)):F3}")];
        File.WriteAllLines(folder["sales.csv"], ["month,sales", .. lines]);
        string output = Done(folder, "", "train", "forecast", "sales.csv", "--horizon", "6", "--look-back", "12", "--epochs", "3", "--hidden", "8", "--baseline", "--plot", "sales.svg", "--report", "report.json");
        Assert.Contains("series: 120 steps of 1 variable, 2010-01-01 to 2019-12-01\n", output);
        Assert.Contains("\nseasonal naive (12) ", output);
        Assert.Contains("\nlinear ", output);
        Assert.Contains("\ntest, 19 windows of 6 steps:\n", output);
        Assert.StartsWith("<svg ", File.ReadAllText(folder["sales.svg"]));
        Assert.Contains("\"linear_mse\"", File.ReadAllText(folder["report.json"]));

        string[] forecast = Done(folder, "", "predict", "model.safetensors", "sales.csv").TrimEnd().Split('\n');
        Assert.Equal(("step,sales", 7), (forecast[0], forecast.Length));
        Assert.StartsWith("2020-06-01,", forecast[6]);
        string streamed = Done(folder, string.Join('\n', lines.Select(line => line.Split(',')[1])) + "\n", "predict", "model.safetensors", "-");
        Assert.Equal(1 + (109 * 6), streamed.TrimEnd().Split('\n').Length);
        Assert.EndsWith(forecast[6].Split(',')[1], streamed.TrimEnd());

        Assert.StartsWith("103 windows of 6 steps", Done(folder, "", "evaluate", "model.safetensors", "sales.csv"));
        Assert.StartsWith("forecaster: looks back on 12 steps and forecasts 6", Done(folder, "", "inspect", "model.safetensors"));
        using UnfoldProcess wrong = UnfoldProcess.Feed(folder.Path, "1\ntwo\n", "predict", "model.safetensors", "-");
        Assert.Equal(("unfold: standard input, line 2: 'two' is no number\n", 1), (wrong.Error, wrong.ExitCode));
    }

    [Fact]
    public void MusicIsForeseenAndComposed()
    {
        using var folder = new TemporaryFolder();
        string piece = "[" + string.Join(',', Enumerable.Range(0, 12).Select(t => $"[{60 + t},{64 + t}]")) + "]";
        File.WriteAllText(folder["scales.json"], $"{{\"train\":[{piece},{piece}],\"valid\":[{piece}],\"test\":[{piece}]}}");
        string output = Done(folder, "", "train", "music", "scales.json", "--epochs", "3", "--hidden", "8", "--baseline");
        Assert.Contains("to train on: 2 pieces, 24 steps; for validation: 1; to test on: 1\n", output);
        Assert.Contains("\nby each note's frequency: loss ", output);
        Assert.Contains("steps               11\n", Done(folder, "", "evaluate", "model.safetensors", "scales.json"));
        Assert.StartsWith("model of music: 88 notes", Done(folder, "", "inspect", "model.safetensors"));
        Assert.Equal(2, Done(folder, "60 64\n61 65\n", "predict", "model.safetensors", "-").TrimEnd().Split('\n').Length);
        Assert.StartsWith("16 steps, ", Done(folder, "", "generate", "model.safetensors", "--out", "a.mid", "--length", "16"));
        Assert.Equal("MThd"u8.ToArray(), File.ReadAllBytes(folder["a.mid"])[..4]);
        using UnfoldProcess wrong = UnfoldProcess.Run(folder.Path, "generate", "model.safetensors");
        Assert.Equal(("unfold: a model of music writes a MIDI file: name it by --out FILE.mid\n", 2), (wrong.Error, wrong.ExitCode));
    }

    private static string Done(TemporaryFolder folder, string input, params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Feed(folder.Path, input, arguments);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        return run.Output;
    }
}
