using System.Text.Json;

namespace Unfold.Cli.Tests;

/// <summary><c>--seeds</c> and <c>--gradient-norms</c>, from end to end.</summary>
public sealed class SeedTests
{
    private static readonly string[] Train = ["train", "text", "text.txt", "--hidden", "8", "--epochs", "2", "--batch", "4", "--unroll", "16", "--sample", "0"];

    [Fact]
    public void SeveralSeedsTellMeanAndDeviationAndKeepTheBest()
    {
        using TemporaryFolder folder = Folder();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, [.. Train, "--seed", "3", "--seeds", "3", "--report", "report.json", "--gradient-norms", "norms.csv", "--gradient-norms-every", "5"]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        JsonElement report = document.RootElement;
        double[] losses = [.. report.GetProperty("runs").EnumerateArray().Select(one => one.GetProperty("final").GetProperty("validation_loss").GetDouble())];
        int best = Array.IndexOf(losses, losses.Min());
        Assert.Equal((3, 3 + best), (losses.Length, report.GetProperty("seed").GetInt32()));
        Assert.Equal(losses.Average(), report.GetProperty("summary").GetProperty("validation_loss").GetProperty("mean").GetDouble(), 1e-9);
        Assert.Contains($"\nseed 5: train loss ", run.Output);
        Assert.Contains($"\n3 seeds, mean ± deviation:\n", run.Output);
        Assert.Contains($"\n  validation loss {losses.Average():F4} ± ", run.Output);
        Assert.Contains($"\nthe best, of seed {3 + best}, is kept\n", run.Output);

        // The model that was saved is that of a run with this seed alone.
        using UnfoldProcess alone = UnfoldProcess.Run(folder.Path, [.. Train, "--seed", $"{3 + best}", "--out", "alone.safetensors", "--gradient-norms", "alone.csv", "--gradient-norms-every", "5"]);
        Assert.Equal(0, alone.ExitCode);
        Assert.Equal(File.ReadAllBytes(folder["alone.safetensors"]), File.ReadAllBytes(folder["model.safetensors"]));
        Assert.Equal(File.ReadAllText(folder["alone.csv"]), File.ReadAllText(folder[$"norms.seed{3 + best}.csv"]));
        string[] rows = File.ReadAllLines(folder["alone.csv"]);
        Assert.Equal("step,encoder,rnn.l0,decoder,all", rows[0]);
        Assert.StartsWith("5,", rows[1]);
    }

    [Fact]
    public void ACheckpointIsOfOneRun()
    {
        using TemporaryFolder folder = Folder();
        folder.Write("run.checkpoint", "");
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, [.. Train, "--seeds", "2", "--resume", "run.checkpoint"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("unfold: --resume goes on with one run: leave out --seeds\n", run.Error);
    }

    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        folder.Write("text.txt", string.Concat(Enumerable.Repeat("the cat sat on the mat.\nthe dog ran to the cat.\n", 40)));
        return folder;
    }
}
