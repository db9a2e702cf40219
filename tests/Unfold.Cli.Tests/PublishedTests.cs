using System.Runtime.InteropServices;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The one file that <c>dotnet publish -r</c> makes: trimmed and compiled ahead, it must still do what the built one does.</summary>
[Trait("Category", "Heavy")]
public sealed class PublishedTests(PublishedTests.Publication publication) : IClassFixture<PublishedTests.Publication>
{
    [Fact]
    public void TheFileIsOneHasNoWarningsAndDoesWhatTheBuiltOneDoes()
    {
        using var folder = new TemporaryFolder();
        string published = publication.Executable;
        Assert.DoesNotContain("warning", publication.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(published, Assert.Single(Directory.GetFiles(Path.GetDirectoryName(published)!)));
        Assert.InRange(new FileInfo(published).Length, 1, 30_000_000);
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
        string published = publication.Executable;
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
        Assert.Equal((0, 0), (one.ExitCode, other.ExitCode));
        Assert.Equal(WithoutTimes(one.Output), WithoutTimes(other.Output));
        Assert.Contains("loss", one.Output);
    }

    private static string[] Train(string model) =>
        ["train", "text", "text.txt", "--hidden", "32", "--epochs", "1", "--batch", "4", "--unroll", "20", "--seed", "3", "--out", model];

    /// <summary>A run's time is its own.</summary>
    private static string[] WithoutTimes(string output) => [.. output.Split('\n').Where(line => !line.Contains("second", StringComparison.Ordinal))];

    /// <summary>The executable, published once for all tests of the class.</summary>
    public sealed class Publication : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Publication()
        {
            // The build servers would outlive the test and keep its pipes open.
            using UnfoldProcess publish = UnfoldProcess.Start(
                "dotnet", _folder.Path, "publish", Repository.At("src", "Unfold.Cli"), "-c", "Release", "-r", Platform, "-o", _folder["out"],
                "--artifacts-path", _folder["artifacts"], "--disable-build-servers");
            publish.WaitForExit();
            Assert.True(publish.ExitCode == 0, publish.Output + publish.Error);
            Output = publish.Output;
        }

        /// <summary>What publishing said.</summary>
        public string Output { get; }

        public string Executable => _folder[Path.Combine("out", OperatingSystem.IsWindows() ? "unfold.exe" : "unfold")];

        private static string Platform =>
            (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

        public void Dispose() => _folder.Dispose();
    }
}
