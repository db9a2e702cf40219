using Unfold.Cells;
using Unfold.Cells.Syntax;
using Unfold.Testing;

namespace Unfold.Tests.Cells.Syntax;

/// <summary>docs/cells.md says what the reader does.</summary>
public sealed class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Repository.At("docs/cells.md")).Replace("\r\n", "\n");

    public static TheoryData<string> Cells => [.. Blocks("cell")];

    public static TheoryData<string> Mistakes => [.. Blocks("mistake")];

    [Theory]
    [MemberData(nameof(Cells))]
    public void EveryCellIsRead(string text)
    {
        CellCheck check = Cell.Check(text, "docs.cell");
        Assert.Empty(check.Errors.Concat(check.Warnings));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void EveryMistakeIsReportedAsShown(string block)
    {
        string[] parts = block.Split("\n--\n");
        CellCheck check = Cell.Check(parts[0], "gate.cell");
        Assert.Equal(parts[1].TrimEnd(), string.Join("\n", check.Errors.Concat(check.Warnings)));
    }

    [Fact]
    public void ThePageNamesEveryFunctionWordAndInitialisation()
    {
        Assert.All(Function.All.Values, f => Assert.Contains($"`{f.Usage}`", Page));
        Assert.All(TokenReader.Keywords, k => Assert.Contains($"`{k} ", Page.Replace("`output init", "`output` `init")));
        Assert.All(Initializations.AllKinds.Split(", ").Skip(1), k => Assert.Matches($"`{k}[`(]", Page));
    }

    [Fact]
    public void ThePageGivesTheLimits()
    {
        Assert.Contains($"at most {Lexer.MaximumText} characters, {StatementParser.MaximumLines} lines and {ExpressionParser.MaximumParts} names", Page);
        Assert.Contains($"at most {ExpressionParser.MaximumDepth} deep", Page);
        Assert.Contains($"from 1 to {SizeParser.Maximum}", Page);
        Assert.Contains($"at most {Lexer.MaximumName}, and", Page);
    }

    /// <summary>The page's C# lines, compiled here.</summary>
    [Fact]
    public void TheCSharpExampleRuns()
    {
        Cell lstm = Cell.Named("lstm");
        Cell slow = Cell.Load("leaky", new Dictionary<string, double> { ["leak"] = 0.05 });
        Cell mine = Cell.Parse("h' = tanh(W x + U h + b)");
        CellCheck check = Cell.Check("h' = tahn(W x)", "mine.cell");

        string[] lines = Assert.Single(Blocks("csharp")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string source = File.ReadAllText(Repository.At("tests/Unfold.Tests/Cells/Syntax/DocumentationTests.cs"));
        Assert.All(lines[1..^1], line => Assert.Contains("        " + line, source));
        Assert.Equal(("using Unfold.Cells;", "Console.WriteLine(check.Describe());"), (lines[0], lines[^1]));
        Assert.Equal((12, 3), (lstm.Parameters.Count, mine.Parameters.Count));
        Assert.Contains("let leak = 0.05", slow.Text);
        Assert.Contains("did you mean `tanh`?", check.Describe());
    }

    private static string[] Blocks(string language) =>
        [.. Page.Split($"```{language}\n").Skip(1).Select(part => part[..part.IndexOf("\n```", StringComparison.Ordinal)])];
}
