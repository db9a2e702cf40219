using Unfold.Cells;

namespace Unfold.Tests.Cells.Syntax;

/// <summary>
/// What a person sees for each kind of mistake. The expectations stand in Mistakes/*.txt: after a line <c>== title</c> the text, after a line <c>--</c>
/// all that is reported.
/// </summary>
public sealed class MistakeTests
{
    private static readonly Dictionary<string, (string Text, string Expected)> All = ReadAll();

    public static TheoryData<string> Titles => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Titles))]
    public void IsReportedWithPlaceExpectationAndFix(string title)
    {
        (string text, string expected) = All[title];
        CellCheck check = Cell.Check(text, "t.cell");
        Assert.Equal(expected, string.Join("\n", check.Errors.Concat(check.Warnings)), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void ThereAreManyKinds() => Assert.InRange(All.Count, 100, int.MaxValue);

    [Fact]
    public void EveryMistakeIsReportedAndAnErrorMeansNoCell()
    {
        foreach ((string text, _) in All.Values)
        {
            CellCheck check = Cell.Check(text, "t.cell");
            Assert.True(check.Errors.Count + check.Warnings.Count > 0, text);
            Assert.Equal(check.Errors.Count == 0, check.Cell is not null);
            foreach (CellDiagnostic diagnostic in check.Errors)
                Assert.True(diagnostic.Expected is not null || diagnostic.Fix is not null, diagnostic.ToString());
        }
    }

    private static Dictionary<string, (string, string)> ReadAll()
    {
        var all = new Dictionary<string, (string, string)>();
        foreach (string name in typeof(MistakeTests).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("mistakes/")))
        {
            using var reader = new StreamReader(typeof(MistakeTests).Assembly.GetManifestResourceStream(name)!);
            foreach (string section in reader.ReadToEnd().Replace("\r\n", "\n").Split("\n== ").Skip(1))
            {
                string[] parts = section.Split('\n', 2);
                string[] body = parts[1].Split("\n--\n", 2);
                all.Add(Path.GetFileNameWithoutExtension(name) + ": " + parts[0], (body[0], body[1].TrimEnd('\n')));
            }
        }

        return all;
    }
}
