namespace Unfold.Data;

/// <summary>
/// The trivial language model: each token by its frequency in the training text alone, <c>(count + 1) / (sum + V)</c>, so that none is impossible.
/// </summary>
internal sealed class UnigramModel
{
    private readonly long _total;

    /// <summary>Takes the counts of a vocabulary's tokens.</summary>
    internal UnigramModel(IReadOnlyList<long> counts)
    {
        Counts = counts;
        _total = counts.Sum();
    }

    /// <summary>How often each token stands in the training text.</summary>
    internal IReadOnlyList<long> Counts { get; }

    /// <summary>Counts tokens.</summary>
    internal static UnigramModel Of(ReadOnlySpan<int> tokens, int vocabularySize)
    {
        long[] counts = new long[vocabularySize];
        foreach (int token in tokens)
            counts[token]++;
        return new UnigramModel(counts);
    }

    /// <summary>The mean loss of tokens in nats; 0 for none.</summary>
    internal double Loss(ReadOnlySpan<int> tokens)
    {
        double sum = 0;
        double logTotal = Math.Log(_total + Counts.Count);
        foreach (int token in tokens)
            sum += logTotal - Math.Log(Counts[token] + 1);
        return sum / Math.Max(1, tokens.Length);
    }
}
