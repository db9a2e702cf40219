using System.CommandLine.Parsing;

namespace Unfold.Cli.Shell;

/// <summary>What is said about the command line itself.</summary>
internal static class Help
{
    /// <summary>Whether help was asked for, in which case an incomplete command is no mistake.</summary>
    public static bool IsAskedFor(string[] args) => args.Any(argument => argument is "--help" or "-h" or "-?" or "/?");

    /// <summary>The command as a person types it: <c>unfold cell show</c>.</summary>
    public static string CommandPath(CommandResult command)
    {
        var names = new List<string>();
        for (SymbolResult? at = command; at is CommandResult level; at = at.Parent)
        {
            names.Insert(0, level.Parent is null ? "unfold" : level.Command.Name);
        }

        return string.Join(' ', names);
    }
}
