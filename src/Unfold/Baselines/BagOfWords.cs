using Unfold.Data;

namespace Unfold.Baselines;

/// <summary>Texts without their order: how often each word and, if asked for, each pair of neighbouring words stands in them. Words are lowered; what is between them is left out.</summary>
public sealed class BagOfWords
{
    private readonly Dictionary<string, int> _numbers = [];
    private readonly bool _pairs;

    /// <summary>Numbers the words of texts, in the order in which they come.</summary>
    /// <param name="texts">The texts to learn from.</param>
    /// <param name="pairs">Whether neighbouring words count as well (bigrams); default true.</param>
    public BagOfWords(IEnumerable<string> texts, bool pairs = true)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _pairs = pairs;
        foreach (string text in texts)
        {
            foreach (string name in Names(text))
                _numbers.TryAdd(name, _numbers.Count);
        }
    }

    /// <summary>V, how many different words and pairs there are.</summary>
    public int Count => _numbers.Count;

    /// <summary>What of the known words and pairs stands in a text, and how often.</summary>
    /// <param name="text">The text; words that are not known are passed over.</param>
    public IReadOnlyList<WordCount> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        SortedDictionary<int, int> counts = [];
        foreach (string name in Names(text))
        {
            if (_numbers.TryGetValue(name, out int number))
                counts[number] = counts.GetValueOrDefault(number) + 1;
        }

        return [.. counts.Select(pair => new WordCount(pair.Key, pair.Value))];
    }

    private List<string> Names(string text)
    {
        List<string> words = [];
        foreach (ReadOnlySpan<char> token in new TextTokens(text.ToLowerInvariant(), TokenKind.Word))
        {
            if (!token.IsWhiteSpace())
                words.Add(token.ToString());
        }

        int count = words.Count;
        for (int i = 1; _pairs && i < count; i++)
            words.Add($"{words[i - 1]} {words[i]}");
        return words;
    }
}

/// <summary>A word or pair of words in a text.</summary>
/// <param name="Word">Its number, from 0.</param>
/// <param name="Count">How often it stands there; 1 or more.</param>
public readonly record struct WordCount(int Word, int Count);
