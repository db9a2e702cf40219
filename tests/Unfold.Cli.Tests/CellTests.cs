using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The cells of the library as the command line knows them.</summary>
public sealed class CellTests
{
    private static IEnumerable<string> Library =>
        Repository.Files("src/Unfold/Cells/Library", "*.cell").Select(path => Path.GetFileNameWithoutExtension(path));

    [Fact]
    public void TheListNamesEveryCellWithItsSource()
    {
        string[] lines = Run("cell", "list").TrimEnd().Split('\n');
        Assert.Equal(Library.Order(StringComparer.Ordinal), lines.Select(line => line.Split(' ')[0]));
        Assert.All(lines, line => Assert.True(line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries).Length == 2, $"no source: {line}"));
    }

    [Fact]
    public void AnUnknownNameIsAMistakeWithASuggestion()
    {
        using UnfoldProcess run = UnfoldProcess.Run(Path.GetTempPath(), "cell", "show", "grru");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("unfold: `grru` is neither a cell of the library nor a file; did you mean `gru`?", run.Error);
    }

    [Fact]
    public void AMegabyteOfParenthesesIsRefusedQuickly()
    {
        using var folder = new TemporaryFolder();
        folder.Write("hostile.cell", "h' = " + new string('(', 1_000_000) + "x" + new string(')', 1_000_000));
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, "cell", "check", "hostile.cell");
        Assert.InRange(run.ExitCode, 1, 2);
        Assert.InRange(run.Error.Length, 20, 4000);
    }

    private static string Run(params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Run(Path.GetTempPath(), arguments);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        return run.Output;
    }
}
