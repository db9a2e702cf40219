namespace Unfold.Baselines;

/// <summary>Gives each word the label that it had most often; words never seen, the label that words seen once had most often. What any tagger must beat.</summary>
public sealed class MostFrequentTag
{
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly string _unknown;

    /// <summary>Learns from sentences; of labels equally often, the first by its text is taken.</summary>
    /// <param name="sentences">For each sentence its words and their labels.</param>
    /// <exception cref="ArgumentException">There is no word.</exception>
    public MostFrequentTag(IEnumerable<(IReadOnlyList<string> Words, IReadOnlyList<string> Labels)> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        Dictionary<string, Dictionary<string, int>> counts = new(StringComparer.Ordinal);
        foreach ((IReadOnlyList<string> words, IReadOnlyList<string> labels) in sentences)
        {
            for (int i = 0; i < words.Count; i++)
            {
                Dictionary<string, int> own = counts.TryGetValue(words[i], out Dictionary<string, int>? found) ? found : counts[words[i]] = new Dictionary<string, int>(StringComparer.Ordinal);
                own[labels[i]] = own.GetValueOrDefault(labels[i]) + 1;
            }
        }

        if (counts.Count == 0)
            throw new ArgumentException("MostFrequentTag expects 1 word or more, but got none.");
        foreach ((string word, Dictionary<string, int> own) in counts)
            _labels[word] = Best(own);
        Dictionary<string, int> once = new(StringComparer.Ordinal);
        foreach (string word in counts.Where(pair => pair.Value.Values.Sum() == 1).Select(pair => pair.Key))
            once[_labels[word]] = once.GetValueOrDefault(_labels[word]) + 1;
        _unknown = Best(once.Count > 0 ? once : counts.SelectMany(pair => pair.Value).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value)));
    }

    /// <summary>A label for each word.</summary>
    /// <param name="words">The words of a sentence.</param>
    public string[] Tag(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return [.. words.Select(word => _labels.GetValueOrDefault(word, _unknown))];
    }

    private static string Best(Dictionary<string, int> counts) => counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).First().Key;
}
