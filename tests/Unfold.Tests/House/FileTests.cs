using System.Text.RegularExpressions;
using Unfold.Testing;
using Xunit.Abstractions;

namespace Unfold.Tests.House;

/// <summary>Small files, one place for each, and no loose ends.</summary>
public sealed partial class FileTests(ITestOutputHelper output)
{
    private const int Longest = 600;

    [Fact]
    public void NoSourceFileIsLongerThanSixHundredLines()
    {
        (string Name, int Lines)[] files = [.. Sources()
            .Select(path => (Repository.Relative(path), File.ReadLines(path).Count()))
            .OrderByDescending(file => file.Item2)];

        output.WriteLine($"{files.Length} files; median {files[files.Length / 2].Lines} lines; the longest:");
        foreach ((string name, int lines) in files.Take(10))
        {
            output.WriteLine($"{lines,5}  {name}");
        }

        Assert.DoesNotContain(files, file => file.Lines > Longest);
    }

    [Fact]
    public void AFolderIsANamespace()
    {
        var wrong = new List<string>();
        foreach (string path in Sources())
        {
            string[] parts = Repository.Relative(path).Split('/');
            Match match = Namespace().Match(File.ReadAllText(path));
            string expected = parts[1] == "Shared" ? "Unfold.Testing" : string.Join('.', parts[1..^1]);
            if (match.Success && match.Groups["name"].Value != expected)
            {
                wrong.Add($"{Repository.Relative(path)}: namespace {match.Groups["name"].Value}, expected {expected}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void TheTestTreeMirrorsTheSourceTree()
    {
        string[] wrong = [.. Repository.Files("tests/Unfold.Tests", "*Tests.cs")
            .Select(path => Repository.Relative(path).Split('/')[2..^1])
            .Where(parts => parts.Length > 0 && parts[0] != "House")
            .Select(parts => string.Join('/', parts))
            .Distinct()
            .Where(folder => !Directory.Exists(Repository.At("src", "Unfold", folder)))];
        Assert.True(wrong.Length == 0, "no such folder in src/Unfold: " + string.Join(", ", wrong));
    }

    [Fact]
    public void EveryClassIsSealedStaticOrAbstract()
    {
        string[] wrong = [.. from path in Repository.Files("src", "*.cs")
                             from line in File.ReadLines(path)
                             where OpenClass().IsMatch(line)
                             select $"{Repository.Relative(path)}: {line.Trim()}"];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void NothingIsLeftToDoAndNoWarningIsSilenced()
    {
        string[] wrong = [.. from path in Sources()
                             where !path.EndsWith("FileTests.cs", StringComparison.Ordinal)
                             from line in File.ReadLines(path)
                             where LooseEnd().IsMatch(line)
                             select $"{Repository.Relative(path)}: {line.Trim()}"];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<string> Sources() =>
        Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs")).Concat(Repository.Files("bench", "*.cs"));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^\s*(?:public |internal |private |protected |file |partial |unsafe |readonly )*(?<!struct )(?:class|record(?! struct)) \w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OpenClass();

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX)\b|NotImplementedException|#pragma warning|\[(?:assembly: )?SuppressMessage", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooseEnd();
}
