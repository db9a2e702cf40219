using Unfold.Notation;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Notation;

/// <summary>
/// What a person sees for each kind of mistake in a list. The expectations stand in Mistakes/*.txt: after a line <c>== title</c>, which ends in the input's shape
/// for layers, the list, and after a line <c>--</c> all that is reported. With UNFOLD_ACCEPT=1 the files are written anew, to be read in the diff.
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
        string found = Message(title, text);
        if (Environment.GetEnvironmentVariable("UNFOLD_ACCEPT") == "1")
        {
            string path = PathOf(title.Split(": ")[0]);
            string section = $"== {title.Split(": ", 2)[1]}\n{text}\n--\n";
            File.WriteAllText(path, File.ReadAllText(path).Replace($"{section}{expected}\n", $"{section}{found}\n", StringComparison.Ordinal));
            return;
        }

        Assert.Equal(expected, found, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void EveryMistakeSaysWhatWasExpectedOrHowToMendIt()
    {
        foreach ((string title, (string text, _)) in All)
        {
            foreach (string error in Message(title, text).Split("\n\n"))
                Assert.True(error.Contains("\n  expected: ") || error.Contains("\n  fix: "), error);
        }
    }

    [Theory]
    [InlineData("conv")]
    [InlineData(",,,,")]
    [InlineData("\0\u0001 \ud800, ﷽")]
    [InlineData("conv 3x3x3x3x3x3x3x3 1")]
    [InlineData("conv 1e300 1e300")]
    [InlineData("conv NaN 1")]
    [InlineData("linear 99999999999999999999")]
    [InlineData("conv 4096x4096 65536 pad 4096, conv 4096x4096 65536 pad 4096")]
    [InlineData("upsample 64, upsample 64, upsample 64, upsample 64, upsample 64, upsample 64")]
    public void HostileListsAreRefusedInWords(string list) => Assert.Throws<NotationException>(() => NetworkPlan.Parse(list, new Shape(1, 28, 28)));

    [Fact]
    public void LongListsAreRefusedWithoutBeingBuilt()
    {
        Assert.Contains("more than 1000 layers", Assert.Throws<NotationException>(() => NetworkPlan.Parse(string.Join(',', Enumerable.Repeat("relu", 1001)), new Shape(1))).Message);
        Assert.Contains("100000 characters", Assert.Throws<NotationException>(() => NetworkPlan.Parse(new string('a', 100000), new Shape(1))).Message);
    }

    private static string Message(string title, string text)
    {
        NotationException error = Assert.Throws<NotationException>(() =>
        {
            if (title.StartsWith("augment", StringComparison.Ordinal))
                AugmentationNotation.ParseImages(text);
            else if (title.StartsWith("series", StringComparison.Ordinal))
                AugmentationNotation.ParseSeries(text);
            else
                NetworkPlan.Parse(text, new Shape([.. title.Split(' ')[^1].Split('x').Select(int.Parse)]));
        });
        return error.Message;
    }

    private static string PathOf(string name) => Repository.At("tests", "Unfold.Tests", "Notation", "Mistakes", name + ".txt");

    private static Dictionary<string, (string, string)> ReadAll()
    {
        var all = new Dictionary<string, (string, string)>();
        foreach (string path in Repository.Files("tests/Unfold.Tests/Notation/Mistakes", "*.txt"))
        {
            foreach (string section in ("\n" + File.ReadAllText(path).ReplaceLineEndings("\n")).Split("\n== ").Skip(1))
            {
                string[] parts = section.Split('\n', 2);
                string[] body = parts[1].Split("\n--\n", 2);
                all.Add(Path.GetFileNameWithoutExtension(path) + ": " + parts[0], (body[0], body[1].TrimEnd('\n')));
            }
        }

        return all;
    }
}
