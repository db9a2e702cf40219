using Unfold.Cells;
using Unfold.Testing;

namespace Unfold.PublicApi.Tests;

/// <summary>What README.md and docs/ show is true: code is compiled and run, equations are read, commands are the ones that are used.</summary>
public sealed class DocumentTests
{
    public static TheoryData<string, string> CodeBlocks() => Blocks("csharp");

    public static TheoryData<string, string> CellBlocks() => Blocks("cell");

    [Theory]
    [MemberData(nameof(CodeBlocks))]
    public void CodeInADocumentIsCompiledAndRunByATest(string document, string code)
    {
        string[] lines = [.. code.Split('\n').Where(line => line.Trim().Length > 0)];
        string[] imports = [.. lines.TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal))];
        string body = Normal(string.Join('\n', lines.Skip(imports.Length)));

        Assert.True(
            Repository.Files("tests/Unfold.PublicApi.Tests/Examples", "*.cs").Select(File.ReadAllText).Any(source =>
                imports.All(import => source.Contains(import, StringComparison.Ordinal)) && Normal(source).Contains(body, StringComparison.Ordinal)),
            $"{document} shows code that stands in no file of tests/Unfold.PublicApi.Tests/Examples:\n{code}");
    }

    [Theory]
    [MemberData(nameof(CellBlocks))]
    public void EquationsInADocumentAreACell(string document, string text)
    {
        Assert.NotEmpty(document);
        Cell cell = Cell.Parse(text);
        Assert.NotNull(cell);
    }

    [Fact]
    public void TheReadmesTestCommandIsTheOneThatTheGateRuns()
    {
        const string Command = "dotnet test -c Release";
        Assert.Contains(Command, Lines("README.md"));
        Assert.Contains("tests " + Command, Lines(".ci/run"));
    }

    [Fact]
    public void TheReadmesExampleIsAtMostFifteenLines()
    {
        string code = Assert.Single(Blocks("csharp").Where(row => (string)row[0] == "README.md").Select(row => (string)row[1]));
        Assert.InRange(code.Split('\n').Count(line => line.Trim().Length > 0), 1, 16);
    }

    private static string[] Lines(string name) => File.ReadAllLines(Repository.At(name));

    /// <summary>Fenced blocks of one language in README.md and docs/, with the name of their document.</summary>
    private static TheoryData<string, string> Blocks(string language)
    {
        var blocks = new TheoryData<string, string>();
        foreach (string path in Repository.Files("docs", "*.md").Prepend(Repository.At("README.md")))
        {
            List<string>? block = null;
            foreach (string line in File.ReadLines(path))
            {
                if (block is null && line == "```" + language)
                {
                    block = [];
                }
                else if (block is not null && line == "```")
                {
                    blocks.Add(Repository.Relative(path), string.Join('\n', block) + "\n");
                    block = null;
                }
                else
                {
                    block?.Add(line);
                }
            }
        }

        return blocks;
    }

    /// <summary>Lines without indentation and without empty ones, so that a method's body equals top-level statements.</summary>
    private static string Normal(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
}
