namespace Unfold.Baselines;

/// <summary>
/// A hidden Markov model of the second order: how likely a label is behind the two before it, and a word from its label; of words never seen, how likely a label is for their endings.
/// </summary>
/// <remarks>
/// Chooses the labels y of greatest <c>product over i of p(y i | y i-1, y i-2) p(w i | y i)</c>, times that of the sentence's end, by the Viterbi algorithm; what is 1000 times less likely than the
/// best so far is given up. p(y | y', y'') is a mean of the frequencies behind two labels, behind one and of the label, weighted by deleted interpolation. Source: Brants 2000, "TnT".
/// </remarks>
public sealed class HiddenMarkovTagger
{
    private static readonly double Beam = Math.Log(1000);

    private readonly string[] _labels;
    private readonly Dictionary<string, (int Label, double Score)[]> _words = new(StringComparer.Ordinal);
    private readonly LabelTransitions _transitions;
    private readonly EndingLabels _endings;
    private readonly double[] _frequencies;

    /// <summary>Learns from sentences.</summary>
    /// <param name="sentences">For each sentence its words and their labels.</param>
    /// <exception cref="ArgumentException">There is no word.</exception>
    public HiddenMarkovTagger(IEnumerable<(IReadOnlyList<string> Words, IReadOnlyList<string> Labels)> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        (IReadOnlyList<string> Words, IReadOnlyList<string> Labels)[] all = [.. sentences];
        _labels = [.. all.SelectMany(sentence => sentence.Labels).Distinct().Order(StringComparer.Ordinal)];
        if (_labels.Length == 0)
            throw new ArgumentException("HiddenMarkovTagger expects 1 word or more, but got none.");
        Dictionary<string, int> numbers = _labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);
        Dictionary<string, Dictionary<int, int>> counts = new(StringComparer.Ordinal);
        int[] labelCounts = new int[_labels.Length];
        List<int[]> chains = [];
        foreach ((IReadOnlyList<string> words, IReadOnlyList<string> labels) in all)
        {
            int[] chain = [.. labels.Select(label => numbers[label])];
            chains.Add(chain);
            for (int i = 0; i < chain.Length; i++)
            {
                Dictionary<int, int> own = counts.TryGetValue(words[i], out Dictionary<int, int>? found) ? found : counts[words[i]] = [];
                own[chain[i]] = own.GetValueOrDefault(chain[i]) + 1;
                labelCounts[chain[i]]++;
            }
        }

        double sum = labelCounts.Sum();
        _frequencies = [.. labelCounts.Select(count => count / sum)];
        foreach ((string word, Dictionary<int, int> own) in counts)
            _words[word] = [.. own.OrderBy(pair => pair.Key).Select(pair => (pair.Key, Math.Log((double)pair.Value / labelCounts[pair.Key])))];
        _transitions = new LabelTransitions(chains, _labels.Length);
        _endings = new EndingLabels(counts, _frequencies);
    }

    /// <summary>A label for each word.</summary>
    /// <param name="words">The words of a sentence.</param>
    public string[] Tag(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        int edge = _labels.Length;
        List<State[]> columns = [[new State(edge, edge, 0, -1)]];
        foreach (string word in words)
            columns.Add(Next(columns[^1], Candidates(word)));
        State[] last = columns[^1];
        int best = 0;
        double bestScore = double.NegativeInfinity;
        for (int i = 0; i < last.Length; i++)
        {
            double score = last[i].Score + _transitions[last[i].Before, last[i].Label, edge];
            if (score > bestScore)
                (best, bestScore) = (i, score);
        }

        string[] labels = new string[words.Count];
        for (int t = words.Count; t > 0; t--)
        {
            State state = columns[t][best];
            (labels[t - 1], best) = (_labels[state.Label], state.From);
        }

        return labels;
    }

    /// <summary>The states behind the next word, each from the best one before.</summary>
    private State[] Next(State[] before, (int Label, double Score)[] candidates)
    {
        Dictionary<(int, int), State> found = [];
        for (int i = 0; i < before.Length; i++)
        {
            foreach ((int label, double emitted) in candidates)
            {
                double score = before[i].Score + _transitions[before[i].Before, before[i].Label, label] + emitted;
                if (!found.TryGetValue((before[i].Label, label), out State? old) || score > old.Score)
                    found[(before[i].Label, label)] = new State(before[i].Label, label, score, i);
            }
        }

        double limit = found.Values.Max(state => state.Score) - Beam;
        return [.. found.Values.Where(state => state.Score >= limit)];
    }

    /// <summary>The labels that a word may have, each with log p(word | label), for words never seen up to a constant.</summary>
    private (int Label, double Score)[] Candidates(string word)
    {
        if (_words.TryGetValue(word, out (int Label, double Score)[]? known))
            return known;
        double[] likely = _endings.Probabilities(word);
        double least = likely.Max() / 1000;
        return [.. Enumerable.Range(0, likely.Length).Where(label => likely[label] >= least).Select(label => (label, Math.Log(likely[label] / _frequencies[label])))];
    }

    private sealed record State(int Before, int Label, double Score, int From);
}
