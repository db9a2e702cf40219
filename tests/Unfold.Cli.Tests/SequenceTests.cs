using System.Text.Json;

namespace Unfold.Cli.Tests;

/// <summary><c>train synthetic adding</c>, <c>copy</c> and <c>latch</c>, and images read as sequences, from end to end.</summary>
public sealed class SequenceTests
{
    private static readonly string[] Short = ["--epochs", "2", "--steps", "3", "--batch", "4", "--hidden", "6"];

    [Theory]
    [InlineData("adding", "adding, 20 steps: mean squared error ", "; predicting the mean has 0.1667\n")]
    [InlineData("copy", "copy, 40 steps: loss ", "; remembering nothing has 0.5199\n")]
    [InlineData("latch", "latch, 21 steps: loss ", "; guessing has 0.6931\n")]
    public void AProblemIsTrainedAndToldBesideItsBaseline(string problem, string start, string end)
    {
        using var folder = new TemporaryFolder();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, ["train", "synthetic", problem, "--length", "20", .. Short, "--report", "report.json"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Contains("\nRecurrent(gru, ", run.Output);
        Assert.Contains("\n" + start, run.Output);
        Assert.EndsWith(end, run.Output);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        Assert.Equal((problem, 2), (report.RootElement.GetProperty("task").GetString(), report.RootElement.GetProperty("epochs").GetArrayLength()));
    }

    [Fact]
    public void ClipsAreReadByAListOfLayers()
    {
        using var folder = new TemporaryFolder();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, ["train", "synthetic", "motion", "--length", "4", "--epochs", "1", "--steps", "2", "--layers", "conv 1x3x3 2, flatten steps, recurrent 5 last"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Contains("\nflatten1    flatten steps     392x4 ", run.Output);
        Assert.EndsWith("; guessing has 1.3863\n", run.Output);
    }

    [Fact]
    public void ATemporalConvolutionalNetworkStandsWhereARecurrentLayerDoes()
    {
        using var folder = new TemporaryFolder();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, ["train", "synthetic", "copy", "--length", "20", .. Short, "--layer", "tcn", "--levels", "3", "--kernel", "4", "--until", "100"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        Assert.Contains("\nTemporalConvolutionalNetwork(10 -> 6, 3 levels, kernel 4)  # ", run.Output);
        Assert.DoesNotContain("epoch 2/2", run.Output);
    }

    [Theory]
    [InlineData("train synthetic adding --layer tcn --cell gru", "--cell is for --layer recurrent, but the layer is tcn")]
    [InlineData("train synthetic adding --levels 3", "--levels is for --layer tcn, but the layer is recurrent")]
    [InlineData("train synthetic adding --length 1", "--length expects a whole number from 2 to 1048576, but got '1'")]
    [InlineData("train synthetic motion --cell lstm", "there is no option '--cell' here (see 'unfold train synthetic motion --help')")]
    [InlineData("train image images.csv --cell lstm", "--cell is for --as-sequence: add that, or write the layer into --layers")]
    [InlineData("train image images.csv --as-sequence --layers relu", "--as-sequence chooses the layers: leave out --layers")]
    [InlineData("train image images.csv --as-sequence --cell lsmt", "--cell expects a cell of the library, but got 'lsmt'; did you mean 'lstm'?")]
    public void AMistakeIsOneLine(string command, string message)
    {
        using TemporaryFolder folder = Images();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, command.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("unfold: " + message, run.Error);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("--hidden 5", "recurrent 5 gru last")]
    [InlineData("--layer tcn --hidden 4", "tcn 4 levels 8 kernel 7 last")]
    public void ImagesAreReadPixelByPixelAndTheModelRemembersHow(string choice, string layers)
    {
        using TemporaryFolder folder = Images();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, ["train", "image", "images.csv", "--as-sequence", .. choice.Split(' '), "--epochs", "1", "--batch", "4", "--report", "report.json"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        using UnfoldProcess inspect = UnfoldProcess.Run(folder.Path, ["inspect", "model.safetensors"]);
        Assert.Contains(layers, inspect.Output);
        using UnfoldProcess evaluate = UnfoldProcess.Run(folder.Path, ["evaluate", "model.safetensors", "images.csv"]);
        Assert.Equal(("", 0), (evaluate.Error, evaluate.ExitCode));
    }

    /// <summary>Twenty images of 3x3 pixels, the class being which half is bright.</summary>
    private static TemporaryFolder Images()
    {
        var folder = new TemporaryFolder();
        IEnumerable<string> rows = Enumerable.Range(0, 20).Select(i =>
            $"{i % 2}," + string.Join(',', Enumerable.Range(0, 9).Select(pixel => (i % 2 == 0 ? pixel < 4 : pixel > 4) ? 200 + i : i)));
        folder.Write("images.csv", string.Join('\n', rows) + "\n");
        return folder;
    }
}
