using System.Runtime.InteropServices;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The one file that <c>dotnet publish -r</c> makes: trimmed and compiled ahead, it must still do what the built one does.</summary>
[Trait("Category", "Heavy")]
public sealed class PublishedTests
{
    private static string Platform =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    [Fact]
    public void TheFileIsOneHasNoWarningsAndDoesWhatTheBuiltOneDoes()
    {
        using var folder = new TemporaryFolder();
        string published = Publish(folder);
        Assert.Equal(published, Assert.Single(Directory.GetFiles(folder["out"])));
        foreach (string[] command in (string[][])
        [
            ["--version"], ["--help"], ["train", "text", "--help"], ["cell", "list"], ["cell", "cost", "lstm", "--hidden", "256", "--input", "128"],
            ["train", "synthetic", "hello"],
        ])
        {
            using UnfoldProcess expected = UnfoldProcess.Run(folder.Path, command);
            using UnfoldProcess run = UnfoldProcess.Start(published, folder.Path, command);
            run.WaitForExit();
            Assert.Equal(("", expected.Output, 0), (run.Error, run.Output, run.ExitCode));
        }
    }

    [Fact]
    public void AModelIsTrainedToTheSameBitsAndRead()
    {
        using var folder = new TemporaryFolder();
        string published = Publish(folder);
        folder.Write("text.txt", string.Concat(Enumerable.Range(0, 400).Select(i => $"line {i} of a text with {i * i % 97} words\n")));
        using UnfoldProcess built = UnfoldProcess.Run(folder.Path, Train("built.safetensors"));
        Assert.Equal((0, ""), (built.ExitCode, built.Error));
        using UnfoldProcess run = UnfoldProcess.Start(published, folder.Path, Train("published.safetensors"));
        run.WaitForExit();
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        foreach (string[] command in (string[][])[["inspect"], ["generate", "--seed", "1", "--length", "50"]])
        {
            using UnfoldProcess first = UnfoldProcess.Run(folder.Path, [command[0], "built.safetensors", .. command[1..]]);
            using UnfoldProcess second = UnfoldProcess.Start(published, folder.Path, [command[0], "built.safetensors", .. command[1..]]);
            second.WaitForExit();
            Assert.Equal((0, first.Output), (second.ExitCode, second.Output));
        }

        using UnfoldProcess one = UnfoldProcess.Run(folder.Path, "evaluate", "built.safetensors", "text.txt");
        using UnfoldProcess other = UnfoldProcess.Run(folder.Path, "evaluate", "published.safetensors", "text.txt");
        Assert.Equal((0, one.Output), (other.ExitCode, other.Output));
    }

    private static string[] Train(string model) =>
        ["train", "text", "text.txt", "--hidden", "32", "--epochs", "1", "--batch", "4", "--unroll", "20", "--seed", "3", "--out", model];

    private static string Publish(TemporaryFolder folder)
    {
        // The build servers would outlive the test and keep its pipes open.
        using UnfoldProcess publish = UnfoldProcess.Start(
            "dotnet", folder.Path, "publish", Repository.At("src", "Unfold.Cli"), "-c", "Release", "-r", Platform, "-o", folder["out"],
            "--artifacts-path", folder["artifacts"], "--disable-build-servers");
        publish.WaitForExit();
        Assert.True(publish.ExitCode == 0, publish.Output + publish.Error);
        Assert.DoesNotContain("warning", publish.Output, StringComparison.OrdinalIgnoreCase);
        return folder[Path.Combine("out", OperatingSystem.IsWindows() ? "unfold.exe" : "unfold")];
    }
}
