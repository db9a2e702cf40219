using System.Globalization;

namespace Unfold.Bench;

/// <summary>What follows a command's name: <c>--name value</c>, or <c>--name</c> alone for a switch. What nobody asks for is a mistake.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public Options(ReadOnlySpan<string> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"expected an option such as --threads, but got '{words[i]}'");
            bool hasValue = i + 1 < words.Length && !words[i + 1].StartsWith("--", StringComparison.Ordinal);
            _given[words[i][2..]] = hasValue ? words[++i] : "";
        }
    }

    /// <summary>Whether results are written to bench/results.</summary>
    public bool Write => Has("write");

    public bool Has(string name)
    {
        _asked.Add(name);
        return _given.ContainsKey(name);
    }

    public string Text(string name, string otherwise) => Has(name) ? _given[name] : otherwise;

    public string[] List(string name, string otherwise) => Text(name, otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries);

    public int Whole(string name, int otherwise) => Has(name) ? int.Parse(_given[name], CultureInfo.InvariantCulture) : otherwise;

    public double Number(string name, double otherwise) => Has(name) ? double.Parse(_given[name], CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Refuses options that the command has not asked for by now.</summary>
    public void RequireKnown()
    {
        string[] unknown = [.. _given.Keys.Where(name => !_asked.Contains(name)).Select(name => "--" + name)];
        if (unknown.Length > 0)
            throw new ArgumentException($"unknown: {string.Join(' ', unknown)}; known here: {string.Join(' ', _asked.Order(StringComparer.Ordinal).Select(name => "--" + name))}");
    }
}
