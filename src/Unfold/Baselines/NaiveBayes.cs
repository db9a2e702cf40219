namespace Unfold.Baselines;

/// <summary>
/// Multinomial naive Bayes: the class under which a text's words, taken as independent of each other, are likeliest. With pairs of words it is a hard baseline for short texts.
/// </summary>
/// <remarks>
/// Effectively computes the class with the greatest <c>log P(c) + sum over words of count · log((n(c, w) + a) / (n(c) + a V))</c>. Source: McCallum and Nigam 1998; Wang and Manning 2012.
/// </remarks>
public sealed class NaiveBayes
{
    private readonly BagOfWords _words;
    private readonly double[] _priors;
    private readonly double[] _scores;

    /// <summary>Learns from texts.</summary>
    /// <param name="words">The words that count.</param>
    /// <param name="texts">The texts; one or more.</param>
    /// <param name="labels">The class of each, from 0.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="smoothing">a, what is added to each count; above 0; default 1 (Laplace).</param>
    /// <exception cref="ArgumentException">There are no texts, not as many labels, a label that is no class, or the smoothing is not above 0.</exception>
    public NaiveBayes(BagOfWords words, IReadOnlyList<string> texts, ReadOnlySpan<int> labels, int classes, double smoothing = 1)
    {
        ArgumentNullException.ThrowIfNull(words);
        TextLabels.Check(nameof(NaiveBayes), texts, labels, classes);
        if (!(smoothing > 0))
            throw new ArgumentException($"NaiveBayes expects a smoothing above 0, but got {smoothing}.");
        (_words, Classes) = (words, classes);
        double[] counts = new double[classes * words.Count], totals = new double[classes];
        _priors = new double[classes];
        for (int i = 0; i < texts.Count; i++)
        {
            _priors[labels[i]]++;
            foreach (WordCount word in words.Of(texts[i]))
            {
                counts[(word.Word * classes) + labels[i]] += word.Count;
                totals[labels[i]] += word.Count;
            }
        }

        for (int c = 0; c < classes; c++)
            _priors[c] = Math.Log((_priors[c] + 1) / (texts.Count + classes));
        for (int i = 0; i < counts.Length; i++)
            counts[i] = Math.Log((counts[i] + smoothing) / (totals[i % classes] + (smoothing * Math.Max(1, words.Count))));
        _scores = counts;
    }

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }

    /// <summary>The likeliest class of a text.</summary>
    /// <param name="text">The text.</param>
    public int Predict(string text)
    {
        double[] scores = [.. _priors];
        foreach (WordCount word in _words.Of(text))
        {
            for (int c = 0; c < Classes; c++)
                scores[c] += word.Count * _scores[(word.Word * Classes) + c];
        }

        return Array.IndexOf(scores, scores.Max());
    }
}
