using System.Runtime.InteropServices;

namespace Unfold.Baselines;

/// <summary>How likely each label is for a word never seen, by its ending of up to ten letters, learned from words that are rare. Words that begin with a capital are counted apart.</summary>
/// <remarks>Each longer ending's frequencies are smoothed by those of the shorter one: <c>p(y | e) = (f(y | e) + d p(y | e without its first letter)) / (1 + d)</c>, d being the deviation of the labels' frequencies. Source: Brants 2000, "TnT", section 2.3.</remarks>
internal sealed class EndingLabels
{
    private const int Longest = 10, Rare = 10;

    private readonly Dictionary<string, int[]>[] _counts = [new(StringComparer.Ordinal), new(StringComparer.Ordinal)];
    private readonly double[] _frequencies;
    private readonly double _deviation;

    /// <param name="words">How often each word has each label.</param>
    /// <param name="frequencies">How likely each label is of all.</param>
    internal EndingLabels(IReadOnlyDictionary<string, Dictionary<int, int>> words, double[] frequencies)
    {
        _frequencies = frequencies;
        double mean = 1.0 / frequencies.Length;
        _deviation = Math.Sqrt(frequencies.Sum(frequency => (frequency - mean) * (frequency - mean)) / Math.Max(1, frequencies.Length - 1));
        foreach ((string word, Dictionary<int, int> labels) in words.Where(pair => pair.Value.Values.Sum() <= Rare))
        {
            Dictionary<string, int[]> counts = Counts(word);
            for (int length = 0; length <= Math.Min(Longest, word.Length); length++)
            {
                ref int[]? own = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word[^length..], out _);
                own ??= new int[frequencies.Length];
                foreach ((int label, int count) in labels)
                    own[label] += count;
            }
        }
    }

    /// <summary>p(label | ending) for each label.</summary>
    internal double[] Probabilities(string word)
    {
        double[] likely = [.. _frequencies];
        Dictionary<string, int[]> counts = Counts(word);
        for (int length = 0; length <= Math.Min(Longest, word.Length) && counts.TryGetValue(word[^length..], out int[]? own); length++)
        {
            double sum = own.Sum();
            for (int label = 0; label < likely.Length; label++)
                likely[label] = ((own[label] / sum) + (_deviation * likely[label])) / (1 + _deviation);
        }

        return likely;
    }

    private Dictionary<string, int[]> Counts(string word) => _counts[word.Length > 0 && char.IsUpper(word[0]) ? 1 : 0];
}
