namespace Unfold.Cli.Tests;

/// <summary>Runs that do not end by themselves: Ctrl-C, kill -9, a disk without room.</summary>
public sealed class InterruptionTests
{
    private static readonly string[] Train =
    [
        "train", "text", "text.txt", "--hidden", "64", "--layers", "2", "--dropout", "0.1", "--batch", "8", "--unroll", "32", "--epochs", "40",
        "--learning-rate", "0.005", "--patience", "30", "--sample", "0", "--out", "model.safetensors",
    ];

    [Fact]
    public void CtrlCSavesACheckpointAndTheResumedRunEndsWhereTheUninterruptedOneEnds()
    {
        using TemporaryFolder folder = FolderWithText();
        byte[] expected = Uninterrupted(folder);

        using UnfoldProcess run = UnfoldProcess.Start(folder.Path, [.. Train, "--checkpoint", "run.checkpoint"]);
        run.WaitForOutput("epoch 2/40");
        run.Signal("INT");
        run.WaitForExit();

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("unfold: interrupted; the checkpoint is saved: the same command with --resume run.checkpoint ", run.Error);
        Assert.DoesNotContain("epoch 40/40", run.Output);
        Assert.False(File.Exists(folder["model.safetensors"]));
        Assert.Equal(expected, Resumed(folder));
    }

    [Fact]
    public void WithoutANameTheCheckpointLiesBesideTheModel()
    {
        using TemporaryFolder folder = FolderWithText();
        using UnfoldProcess run = UnfoldProcess.Start(folder.Path, Train);
        run.WaitForOutput("epoch 1/40");
        run.Signal("TERM");
        run.WaitForExit();
        Assert.Equal(1, run.ExitCode);
        Assert.True(File.Exists(folder["model.safetensors.checkpoint"]));
    }

    [Fact]
    public void KilledAtAnyMomentARunLosesAtMostItsNewestCheckpoint()
    {
        using TemporaryFolder folder = FolderWithText();
        byte[] expected = Uninterrupted(folder);
        string[] resumed = [.. Train, "--checkpoint", "run.checkpoint", "--resume", "run.checkpoint"];
        using (UnfoldProcess first = UnfoldProcess.Start(folder.Path, [.. Train, "--checkpoint", "run.checkpoint"]))
        {
            first.WaitForOutput("epoch 1/40");
            WaitForFile(folder["run.checkpoint"]);
            first.Signal("KILL");
            first.WaitForExit();
        }

        // A checkpoint is written after each epoch; these fall around and into the writing.
        for (int delay = 0; delay < 40; delay += 8)
        {
            using UnfoldProcess run = UnfoldProcess.Start(folder.Path, resumed);
            run.WaitForOutput("epoch ");
            Thread.Sleep(delay);
            run.Signal("KILL");
            run.WaitForExit();
            Assert.DoesNotContain("unfold:", run.Error);
        }

        Assert.Equal(expected, Resumed(folder));
    }

    [UnixFact]
    public void AFullDiskIsToldInOneLine()
    {
        using TemporaryFolder folder = FolderWithText();
        string[] quick = ["train", "text", "text.txt", "--hidden", "4", "--epochs", "1", "--sample", "0", "--checkpoint", "run.checkpoint"];
        foreach (string[] option in (string[][])[["--out", "/dev/full"], ["--out", "model.safetensors", "--report", "/dev/full"]])
        {
            using UnfoldProcess run = UnfoldProcess.Run(folder.Path, [.. quick, .. option]);
            Assert.Equal(1, run.ExitCode);
            string line = Assert.Single(run.Error.TrimEnd().Split('\n'));
            Assert.StartsWith("unfold: ", line);
            Assert.Contains("No space left on device", line);
        }
    }

    [UnixFact]
    public void APipeWhoseReaderHasGoneEndsTheWork()
    {
        using TemporaryFolder folder = FolderWithText();
        using UnfoldProcess train = UnfoldProcess.Run(
            folder.Path, "train", "text", "text.txt", "--hidden", "8", "--epochs", "1", "--batch", "8", "--sample", "0");
        Assert.Equal(0, train.ExitCode);
        using UnfoldProcess run = UnfoldProcess.Start(
            "sh", folder.Path, "-c", $"'{UnfoldProcess.Executable}' generate model.safetensors --length 1000000000 | head -c 20");
        run.WaitForExit();
        Assert.NotEqual("", run.Output);
        Assert.Equal("", run.Error);
    }

    private static TemporaryFolder FolderWithText()
    {
        var folder = new TemporaryFolder();
        folder.Write("text.txt", Texts.Sentences(600));
        return folder;
    }

    private static byte[] Uninterrupted(TemporaryFolder folder)
    {
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, Train);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        byte[] model = File.ReadAllBytes(folder["model.safetensors"]);
        File.Delete(folder["model.safetensors"]);
        return model;
    }

    private static byte[] Resumed(TemporaryFolder folder)
    {
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, [.. Train, "--checkpoint", "run.checkpoint", "--resume", "run.checkpoint"]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        return File.ReadAllBytes(folder["model.safetensors"]);
    }

    private static void WaitForFile(string path)
    {
        for (int waited = 0; !File.Exists(path); waited++)
        {
            Assert.True(waited < 1000, $"'{path}' was not written");
            Thread.Sleep(10);
        }
    }
}

/// <summary>A fact about devices that Windows does not have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs /dev/full" : null;
}
