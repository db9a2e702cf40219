using System.Text.RegularExpressions;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The commands that README.md and docs/ show exist, with the options that they show.</summary>
public sealed partial class ReadmeTests
{
    public static TheoryData<string, string> Commands()
    {
        var commands = new TheoryData<string, string>();
        foreach (string path in Repository.Files("docs", "*.md").Prepend(Repository.At("README.md")))
        {
            foreach (string line in File.ReadLines(path))
            {
                if (CommandLine().Match(line) is { Success: true } match)
                {
                    commands.Add(Repository.Relative(path), match.Groups["command"].Value.Split('#')[0].Trim());
                }
            }
        }

        return commands;
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void AShownCommandAndItsOptionsExist(string document, string command)
    {
        Assert.NotEmpty(document);
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. words.TakeWhile(word => word.All(letter => char.IsAsciiLetterLower(letter) || letter == '-') && !word.StartsWith('-'))];

        // The longest row of words that is a command: "cell show", but "train text" of "train text src".
        string help = "";
        for (int length = names.Length; length > 0 && help.Length == 0; length--)
        {
            using UnfoldProcess run = UnfoldProcess.Run(Path.GetTempPath(), [.. names[..length], "--help"]);
            string usage = "unfold " + string.Join(' ', names[..length]) + " ";
            help = run.Output.Contains(usage, StringComparison.Ordinal) ? run.Output : "";
        }

        Assert.True(help.Length > 0, $"there is no command in: unfold {command}");
        Assert.All(words.Where(word => word.StartsWith("--", StringComparison.Ordinal)), option => Assert.Matches($@"\s{option.Split('=')[0]}\b", help));
    }

    [GeneratedRegex(@"^\s*(unfold|dotnet run .*src/Unfold\.Cli --) (?<command>[a-z].*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommandLine();
}
