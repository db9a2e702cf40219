namespace Unfold.Models;

/// <summary>Texts with a number each; 0 is for whatever is not among them.</summary>
internal sealed class TokenTable
{
    /// <summary>The number of what is not in the table.</summary>
    internal const int Unknown = 0;

    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _numbers;

    /// <param name="tokens">The texts in the order of their numbers, from 1.</param>
    /// <exception cref="FormatException">A text comes twice.</exception>
    internal TokenTable(IEnumerable<string> tokens)
    {
        _tokens = [.. tokens];
        _numbers = new Dictionary<string, int>(_tokens.Length, StringComparer.Ordinal);
        foreach (string token in _tokens)
        {
            if (!_numbers.TryAdd(token, _numbers.Count + 1))
                throw new FormatException($"it has '{token}' twice");
        }
    }

    /// <summary>How many numbers there are, that of the unknown among them.</summary>
    internal int Count => _tokens.Length + 1;

    /// <summary>The texts in the order of their numbers, from 1.</summary>
    internal IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The number of a text.</summary>
    internal int this[string token] => _numbers.GetValueOrDefault(token, Unknown);

    /// <summary>The table of texts, the commonest first.</summary>
    /// <param name="tokens">The texts, each as often as it occurs.</param>
    /// <param name="most">The most texts; the commonest are taken.</param>
    internal static TokenTable Of(IEnumerable<string> tokens, int most = int.MaxValue) =>
        new(tokens.GroupBy(token => token, StringComparer.Ordinal).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Select(group => group.Key).Take(most));
}
