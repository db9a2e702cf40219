using Unfold.Data;

namespace Unfold.Baselines;

/// <summary>A linear classifier of texts by the words that stand in them: multinomial logistic regression with a little decay of its weights, trained by AdaGrad.</summary>
/// <remarks>
/// Effectively computes <c>argmax(W v + b)</c>, where v has the value <c>1 / sqrt(n)</c> for each of the n different words and pairs of the text. Only weights of words that are there are touched.
/// Source: Duchi et al. 2011 for the steps.
/// </remarks>
public sealed class LinearTextClassifier
{
    private const double Rate = 0.5, Tiny = 1e-8;

    private readonly BagOfWords _words;
    private readonly double[] _weights;
    private readonly double[] _biases;

    /// <summary>Learns from texts.</summary>
    /// <param name="words">The words that count.</param>
    /// <param name="texts">The texts; one or more.</param>
    /// <param name="labels">The class of each, from 0.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="epochs">How often all texts are read; 1 or more; default 15.</param>
    /// <param name="decay">By how much weights are drawn to 0 when they are touched; 0 or more; default 1e-4.</param>
    /// <param name="seed">Decides the order of the texts.</param>
    /// <exception cref="ArgumentException">There are no texts, not as many labels, a label that is no class, or a number is out of range.</exception>
    public LinearTextClassifier(BagOfWords words, IReadOnlyList<string> texts, ReadOnlySpan<int> labels, int classes, int epochs = 15, double decay = 1e-4, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(words);
        TextLabels.Check(nameof(LinearTextClassifier), texts, labels, classes);
        if (epochs < 1 || !(decay >= 0))
            throw new ArgumentException($"LinearTextClassifier expects 1 epoch or more and a decay of 0 or more, but got {epochs} and {decay}.");
        (_words, Classes) = (words, classes);
        _weights = new double[classes * words.Count];
        _biases = new double[classes];
        double[] squares = new double[_weights.Length], biasSquares = new double[classes], scores = new double[classes];
        int[][] rows = [.. texts.Select(text => words.Of(text).Select(word => word.Word).ToArray())];
        int[] order = [.. Enumerable.Range(0, rows.Length)];
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            Shuffle.Apply(order, seed, (ulong)epoch);
            foreach (int item in order)
            {
                double value = Scores(rows[item], scores);
                ToErrors(scores, labels[item]);
                Step(_biases, biasSquares, 0, scores, 1, 0);
                foreach (int word in rows[item])
                    Step(_weights, squares, word * classes, scores, value, decay);
            }
        }
    }

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }

    /// <summary>The likeliest class of a text.</summary>
    /// <param name="text">The text.</param>
    public int Predict(string text)
    {
        double[] scores = new double[Classes];
        Scores([.. _words.Of(text).Select(word => word.Word)], scores);
        return Array.IndexOf(scores, scores.Max());
    }

    /// <summary>From scores to the gradient of the cross-entropy: the probabilities, less one for the right class.</summary>
    private static void ToErrors(double[] scores, int label)
    {
        double greatest = scores.Max(), sum = 0;
        for (int c = 0; c < scores.Length; c++)
            sum += scores[c] = Math.Exp(scores[c] - greatest);
        for (int c = 0; c < scores.Length; c++)
            scores[c] = (scores[c] / sum) - (c == label ? 1 : 0);
    }

    private static void Step(double[] weights, double[] squares, int first, double[] errors, double value, double decay)
    {
        for (int c = 0; c < errors.Length; c++)
        {
            ref double weight = ref weights[first + c];
            double gradient = (errors[c] * value) + (decay * weight);
            squares[first + c] += gradient * gradient;
            weight -= Rate * gradient / Math.Sqrt(squares[first + c] + Tiny);
        }
    }

    private double Scores(int[] row, double[] scores)
    {
        double value = 1 / Math.Sqrt(Math.Max(1, row.Length));
        _biases.CopyTo(scores, 0);
        foreach (int word in row)
        {
            for (int c = 0; c < scores.Length; c++)
                scores[c] += value * _weights[(word * scores.Length) + c];
        }

        return value;
    }
}
