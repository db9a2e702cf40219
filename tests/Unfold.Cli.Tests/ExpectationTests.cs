using System.Text;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>
/// What a person sees, command by command. An expectation file is a terminal session: a line "$ unfold …" is run, then follow its standard
/// output, its standard error with "! " before each line, and its exit code in brackets where it is not 0. Commands run one after the other in
/// one folder, printed as FOLDER, which holds a copy of Expectations/Files. With UNFOLD_ACCEPT=1 the files are written anew, to be read in the diff.
/// </summary>
public sealed class ExpectationTests
{
    public static TheoryData<string> Sessions()
    {
        var names = new TheoryData<string>();
        foreach (string path in Repository.Files("tests/Unfold.Cli.Tests/Expectations", "*.session"))
        {
            names.Add(Path.GetFileNameWithoutExtension(path));
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void ASessionLooksAsExpected(string name)
    {
        string path = Repository.At("tests", "Unfold.Cli.Tests", "Expectations", name + ".session");
        string expected = File.ReadAllText(path);
        string found = Replay(expected);
        if (Environment.GetEnvironmentVariable("UNFOLD_ACCEPT") == "1")
        {
            File.WriteAllText(path, found);
            return;
        }

        Assert.Equal(expected, found);
    }

    private static string Replay(string session)
    {
        using var folder = new TemporaryFolder();
        foreach (string path in Repository.Files("tests/Unfold.Cli.Tests/Expectations/Files", "*"))
        {
            File.Copy(path, folder[Path.GetFileName(path)]);
        }

        var text = new StringBuilder();
        bool begun = false;
        foreach (string line in session.Split('\n'))
        {
            if (!begun && line.StartsWith('#'))
            {
                text.Append(line).Append('\n');
            }
            else if (line.StartsWith("$ unfold", StringComparison.Ordinal))
            {
                begun = true;
                using UnfoldProcess run = UnfoldProcess.Run(folder.Path, [.. Words(line).Skip(2)]);
                text.Append(line).Append('\n').Append(run.Output);
                foreach (string complaint in run.Error.Split('\n').SkipLast(1))
                {
                    text.Append("! ").Append(complaint).Append('\n');
                }

                if (run.ExitCode != 0)
                {
                    text.Append($"[{run.ExitCode}]\n");
                }

                text.Append('\n');
            }
        }

        return text.ToString().Replace(folder.Path, "FOLDER", StringComparison.Ordinal);
    }

    /// <summary>Words apart at spaces, quotes taken as a shell takes them.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool any = false;
        foreach (char letter in line + " ")
        {
            if (quote != '\0')
            {
                quote = letter == quote ? '\0' : quote;
                word.Append(quote == '\0' ? "" : letter);
            }
            else if (letter is '\'' or '"')
            {
                quote = letter;
                any = true;
            }
            else if (letter == ' ')
            {
                if (any || word.Length > 0)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                any = false;
            }
            else
            {
                word.Append(letter);
            }
        }

        return words;
    }
}
