using System.Text.Json;

namespace Unfold.Cli.Tests;

/// <summary><c>unfold bench</c>: the shape of what it says, never the figures.</summary>
public sealed class BenchTests
{
    private static readonly string[] Quick = ["bench", "--seconds", "0", "--steps", "3", "--batch", "2", "--input", "4", "--hidden", "8"];

    [Fact]
    public void TheMachineComesFirstAndThenALineALayer()
    {
        using UnfoldProcess run = UnfoldProcess.Run(Path.GetTempPath(), [.. Quick, "--threads", "1"]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        string[] lines = run.Output.Split('\n');
        Assert.Matches(@"^processor   \S", lines[0]);
        Assert.Matches(@"^processors  \d+$", lines[1]);
        Assert.Equal("threads     1", lines[2]);
        Assert.Matches("^vectors     (128|256|512) bits$", lines[3]);
        Assert.Matches(@"^limit       \d+ GFLOP/s$", lines[4]);
        Assert.Equal("", lines[5]);
        Assert.Equal("cell pass T N C H ms GFLOP/s of limit", Words(lines[6], 10));
        string[] expected =
        [
            .. from cell in new[] { "lstm", "gru", "rnn" }
               from layer in new[] { "train 3 2 4 8", "infer 3 2 4 8", "infer 3 1 4 8", "step 1 1 4 8" }
               select $"{cell} {layer}",
        ];
        Assert.Equal(expected, lines[7..(7 + expected.Length)].Select(line => Words(line, 6)));
        Assert.All(lines[7..(7 + expected.Length)], line => Assert.Matches(@" [\d.,]+ +\d+\.\d +\d+ ?%$", line));
    }

    [Fact]
    public void ACellOfOnesOwnIsMeasuredAndReported()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine.cell", "let leak = 0.5\nh' = (1 - leak) * h + leak * tanh(W x + U h + b)\n");
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, [.. Quick, "--cell", "mine.cell", "--let", "leak=0.25", "--report", "speed.json"]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(folder["speed.json"]));
        Assert.Equal(2, report.RootElement.GetProperty("threads").GetInt32());
        JsonElement[] layers = [.. report.RootElement.GetProperty("layers").EnumerateArray()];
        Assert.Equal(["train", "infer", "infer", "step"], layers.Select(layer => layer.GetProperty("pass").GetString()));
        Assert.All(layers, layer => Assert.Equal("mine", layer.GetProperty("cell").GetString()));
        Assert.All(layers, layer => Assert.True(layer.GetProperty("share_of_limit").GetDouble() > 0));
    }

    [Fact]
    public void AConstantWithoutACellIsAMistake()
    {
        using UnfoldProcess run = UnfoldProcess.Run(Path.GetTempPath(), "bench", "--let", "leak=0.2");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("unfold: --let sets a constant of one cell: --cell says which\n", run.Error);
        Assert.Equal("", run.Output);
    }

    /// <summary>The first words of a line, one space apart.</summary>
    private static string Words(string line, int count) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(count));
}
