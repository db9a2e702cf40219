using System.CommandLine;
using System.CommandLine.Parsing;

namespace Unfold.Cli.Shell;

/// <summary>Turns a parser's complaint into one that names the likely fix.</summary>
internal static class Suggestions
{
    public static string Improve(ParseError error, ParseResult parsed)
    {
        string message = error.Message.TrimEnd('.');
        bool wantsCommand = error.SymbolResult is CommandResult { Command: { Subcommands.Count: > 0, Action: null } };
        if (parsed.UnmatchedTokens.Count > 0 && (wantsCommand || error.Message.Contains($"'{parsed.UnmatchedTokens[0]}'", StringComparison.Ordinal)))
        {
            string unknown = parsed.UnmatchedTokens[0];
            string kind = unknown.StartsWith('-') ? "option" : "command or argument";
            return $"there is no {kind} '{unknown}' here{DidYouMean(unknown, Names(parsed.CommandResult.Command))}";
        }

        if (wantsCommand)
        {
            return $"which one? {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(command => command.Name))}";
        }

        if (error.SymbolResult is OptionResult { Tokens.Count: 0 } option)
        {
            return $"{option.Option.Name} expects a value";
        }

        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0 } argument)
        {
            return $"{argument.Argument.Name} is missing";
        }

        return message.Length > 1 && char.IsUpper(message[0]) && char.IsLower(message[1])
            ? char.ToLowerInvariant(message[0]) + message[1..]
            : message;
    }

    /// <summary>"; did you mean 'x'?" for the closest candidate within two edits (one for a short word), else nothing.</summary>
    public static string DidYouMean(string word, IEnumerable<string> candidates)
    {
        (string Candidate, int Distance) best = candidates
            .Select(candidate => (candidate, Distance(word, candidate)))
            .DefaultIfEmpty(("", int.MaxValue))
            .MinBy(pair => pair.Item2);
        return best.Distance <= (word.Length < 4 ? 1 : 2) ? $"; did you mean '{best.Candidate}'?" : "";
    }

    private static IEnumerable<string> Names(Command command) =>
        command.Subcommands.Select(sub => sub.Name).Concat(command.Options.Select(option => option.Name));

    /// <summary>Levenshtein's distance: insertions, deletions and replacements of one character.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
