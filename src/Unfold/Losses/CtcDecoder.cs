using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>What labels a network trained by <see cref="CtcLoss"/> says.</summary>
public static class CtcDecoder
{
    /// <summary>The labels of each sequence's likeliest path: at each step the greatest score, equal neighbours made one, blanks taken out. Fast, but one path is not all that say the same.</summary>
    /// <param name="logits">[S, K]: scores, as for <see cref="CtcLoss"/>.</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <param name="blank">The number of the blank; 0 by default.</param>
    /// <returns>For each sequence its labels.</returns>
    /// <exception cref="ArgumentException">The scores or the blank do not fit.</exception>
    public static int[][] BestPath(Tensor logits, PackedSequences sequences, int blank = 0)
    {
        CtcLoss.CheckLogits(logits, sequences, blank);
        int classes = logits.Shape[1];
        int[][] found = new int[sequences.Count][];
        for (int n = 0; n < found.Length; n++)
        {
            List<int> labels = [];
            int before = blank;
            for (int t = 0; t < sequences.Length(n); t++)
            {
                ReadOnlySpan<float> row = logits.Values.Slice(sequences.Row(t, n) * classes, classes);
                int best = 0;
                for (int k = 1; k < classes; k++)
                    best = row[k] > row[best] ? k : best;
                if (best != blank && best != before)
                    labels.Add(best);
                before = best;
            }

            found[n] = [.. labels];
        }

        return found;
    }

    /// <summary>The likeliest labels of each sequence, over all paths that say them, as far as a beam of so many beginnings finds them.</summary>
    /// <param name="logits">[S, K]: scores, as for <see cref="CtcLoss"/>.</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <param name="width">How many beginnings are kept at each step; 1 or more. With enough of them the answer is exact.</param>
    /// <param name="blank">The number of the blank; 0 by default.</param>
    /// <returns>For each sequence its labels and the logarithm of their probability, summed over the paths that were kept.</returns>
    /// <remarks>Cost: width · K a step. Source: prefix search, Graves et al. 2006, as a beam (Hannun et al. 2014).</remarks>
    /// <exception cref="ArgumentException">The scores, the width or the blank do not fit.</exception>
    public static (int[] Labels, double LogProbability)[] Beam(Tensor logits, PackedSequences sequences, int width, int blank = 0)
    {
        CtcLoss.CheckLogits(logits, sequences, blank);
        if (width < 1)
            throw new ArgumentException($"CtcDecoder expects a beam of 1 or more, but got {width}.");
        (int[], double)[] found = new (int[], double)[sequences.Count];
        for (int n = 0; n < found.Length; n++)
        {
            CtcBeam beam = new(width, blank);
            for (int t = 0; t < sequences.Length(n); t++)
                beam.Read(logits.Values.Slice(sequences.Row(t, n) * logits.Shape[1], logits.Shape[1]));
            found[n] = beam.Best();
        }

        return found;
    }
}
