using System.Globalization;
using Unfold.Measurement;

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

    /// <summary>Reads <c>100x64x128x256</c>: T, N, C, H.</summary>
    public static LayerSize Size(string text)
    {
        string[] parts = text.Split('x');
        if (parts.Length != 4)
            throw new ArgumentException($"expected a size TxNxCxH such as 100x64x128x256, but got '{text}'");
        int[] numbers = [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        return new LayerSize(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>Refuses options that the command has not asked for by now.</summary>
    public void RequireKnown()
    {
        string[] unknown = [.. _given.Keys.Where(name => !_asked.Contains(name)).Select(name => "--" + name)];
        if (unknown.Length > 0)
            throw new ArgumentException($"unknown: {string.Join(' ', unknown)}; known here: {string.Join(' ', _asked.Order(StringComparer.Ordinal).Select(name => "--" + name))}");
    }
}
