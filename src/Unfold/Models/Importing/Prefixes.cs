namespace Unfold.Models.Importing;

/// <summary>Chooses among several stacks of a file.</summary>
internal static class Prefixes
{
    private static readonly char[] Separators = ['.', '/', '_'];

    /// <summary>The prefix that was asked for, with or without the separator behind it; else the only one.</summary>
    /// <exception cref="FormatException">There is no such prefix, or there are several.</exception>
    internal static string Choose(IEnumerable<string> prefixes, string? asked)
    {
        string[] all = [.. prefixes.Distinct(StringComparer.Ordinal)];
        string[] chosen = asked is null ? all : [.. all.Where(prefix => prefix == asked || prefix.TrimEnd(Separators) == asked.TrimEnd(Separators))];
        string list = string.Join(", ", all.Order(StringComparer.Ordinal).Take(12).Select(prefix => $"'{prefix.TrimEnd(Separators)}'"));
        return chosen.Length switch
        {
            1 => chosen[0],
            0 when all.Length == 0 => throw new FormatException("it has no recurrent layers"),
            0 => throw new FormatException($"it has no recurrent layers under '{asked}', but under {list}"),
            _ => throw new FormatException($"it has several stacks of recurrent layers: choose one by its prefix, of {list}"),
        };
    }
}
