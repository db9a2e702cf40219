using System.Text.RegularExpressions;
using Unfold.Testing;

namespace Unfold.Tests.House;

/// <summary>Every figure on speed in README.md stands in the page of bench/results that its row names.</summary>
public sealed partial class SpeedSectionTests
{
    [Fact]
    public void EveryFigureStandsInThePageThatItsRowNames()
    {
        string[] rows = Rows(File.ReadAllText(Repository.At("README.md")));
        Assert.True(rows.Length >= 3, "README.md has no table on speed between <!-- speed … --> and <!-- /speed -->");
        var wrong = new List<string>();
        foreach (string row in rows)
        {
            Match link = Link().Match(row);
            Assert.True(link.Success, $"names no page of bench/results: {row}");
            string path = Repository.At(link.Groups["path"].Value);
            Assert.True(File.Exists(path), $"no such page: {link.Groups["path"].Value}");
            string[] missing = Missing(Link().Replace(row, ""), File.ReadAllText(path));
            if (missing.Length > 0)
            {
                wrong.Add($"{link.Groups["path"].Value} does not have {string.Join(", ", missing)} of: {row}");
            }
        }

        Assert.True(
            wrong.Count == 0,
            string.Join('\n', wrong) + "\nThe section is made anew by: dotnet run -c Release --project bench/Unfold.Bench -- readme --write");
    }

    [Theory]
    [InlineData("| training | 55.6 ms, 271 GFLOP/s, 51 % |", "")]
    [InlineData("| training | 55.7 ms, 271 GFLOP/s |", "55.7")]
    [InlineData("| training | 5.6 ms, 27 GFLOP/s |", "5.6 27")]
    public void AFigureIsAWholeNumberOfThePage(string row, string missing) =>
        Assert.Equal(missing, string.Join(' ', Missing(row, "| lstm | 55.6 (46.6 - 87.7) | 271 | 51 % |")));

    /// <summary>The rows of the table between the markers, without its head.</summary>
    private static string[] Rows(string readme)
    {
        Match section = Section().Match(readme);
        return [.. section.Groups["text"].Value.Split('\n').Where(line => line.StartsWith('|')).Skip(2)];
    }

    private static string[] Missing(string row, string page)
    {
        HashSet<string> known = [.. Figure().Matches(page).Select(match => match.Value)];
        return [.. Figure().Matches(row).Select(match => match.Value).Where(figure => !known.Contains(figure))];
    }

    [GeneratedRegex(@"<!-- speed:.*?-->\n(?<text>.*?)<!-- /speed -->", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Section();

    [GeneratedRegex(@"\[[^\]]*\]\((?<path>bench/results/[^)]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    /// <summary>A number that stands alone: not the digit in "mut1".</summary>
    [GeneratedRegex(@"(?<![\w.])\d+(\.\d+)?(?![\w])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Figure();
}
