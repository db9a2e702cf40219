using Unfold.Tensors;

namespace Unfold.Metrics;

/// <summary>How good scores of classes are. Counts by class are in a <see cref="ConfusionMatrix"/>.</summary>
public static class Classification
{
    /// <summary>The label that stands for none: -100, as in the losses.</summary>
    public const int NoLabel = -100;

    /// <summary>Effectively computes the share of rows whose greatest score, the first of equals, is that of the label.</summary>
    /// <remarks>Shapes: scores <c>[.., V]</c>, a label for each row. NaN if no row has a label.</remarks>
    /// <param name="scores">Scores of the classes, such as logits.</param>
    /// <param name="labels">The actual classes, 0 to V - 1, in the order of the rows.</param>
    /// <param name="ignoreIndex">The label that stands for none: its row counts for nothing. -100 by default.</param>
    /// <exception cref="ArgumentException">There are not as many labels as rows, or a label is out of range.</exception>
    public static double Accuracy(Tensor scores, ReadOnlySpan<int> labels, int ignoreIndex = NoLabel) => TopKAccuracy(scores, labels, 1, ignoreIndex);

    /// <summary>
    /// Effectively computes the share of rows whose label is among the k classes of the greatest scores; of equal scores the class of the lower number
    /// goes first. A label whose score is NaN is not among them.
    /// </summary>
    /// <remarks>Shapes: scores <c>[.., V]</c>, a label for each row. NaN if no row has a label. Source: Russakovsky et al. 2015, "ImageNet", section 4.1.</remarks>
    /// <param name="scores">Scores of the classes, such as logits.</param>
    /// <param name="labels">The actual classes, 0 to V - 1, in the order of the rows.</param>
    /// <param name="k">How many classes may be named; 1 or more.</param>
    /// <param name="ignoreIndex">The label that stands for none: its row counts for nothing. -100 by default.</param>
    /// <exception cref="ArgumentException">There are not as many labels as rows, a label is out of range, or k is below 1.</exception>
    public static double TopKAccuracy(Tensor scores, ReadOnlySpan<int> labels, int k, int ignoreIndex = NoLabel)
    {
        RequireLabels(nameof(TopKAccuracy), scores, labels);
        if (k < 1)
            throw new ArgumentException($"TopKAccuracy names 1 class or more, but k is {k}.");
        Check.Indices(nameof(TopKAccuracy), labels, scores.Shape.Last, ignoreIndex);
        int hits = 0, counted = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] == ignoreIndex)
                continue;
            counted++;
            if (Rank(scores.Values.Slice(row * scores.Shape.Last, scores.Shape.Last), labels[row]) < k)
                hits++;
        }

        return (double)hits / counted;
    }

    /// <summary>
    /// Effectively computes <c>exp(meanLoss)</c>: of how many equally likely classes the model seems to choose (Jelinek et al. 1977). Means of parts must be
    /// put together before the exponential is taken.
    /// </summary>
    /// <param name="meanLoss">The mean of <c>-log p</c> of what was right, in nats.</param>
    public static double Perplexity(double meanLoss) => Math.Exp(meanLoss);

    /// <summary>The class of the greatest score, the first of equals; 0 if all are NaN.</summary>
    internal static int Likeliest(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best] || (float.IsNaN(scores[best]) && !float.IsNaN(scores[i])))
                best = i;
        }

        return best;
    }

    internal static void RequireLabels(string who, Tensor scores, ReadOnlySpan<int> labels)
    {
        if (scores.Shape.Rank == 0 || scores.Shape.Rows != labels.Length)
            throw new ArgumentException($"{who} expects scores [.., V] and a label for each row, but got {scores.Shape} and {labels.Length} labels.");
    }

    /// <summary>How many classes go before one.</summary>
    private static int Rank(ReadOnlySpan<float> scores, int label)
    {
        if (float.IsNaN(scores[label]))
            return int.MaxValue;
        int rank = 0;
        for (int i = 0; i < scores.Length; i++)
            rank += scores[i] > scores[label] || (i < label && scores[i] == scores[label]) ? 1 : 0;
        return rank;
    }
}
