using Unfold.Baselines;
using Unfold.Data;
using Unfold.Data.Sequences;

namespace Unfold.Models;

/// <summary>What a sequence classifier must beat: simple classifiers that learn from the same sequences and are measured on the same others.</summary>
internal static class ClassifierBaselines
{
    private const double Window = 0.1;

    /// <summary>The accuracy of each, by a name in snake case.</summary>
    /// <param name="preparation">How the network reads the sequences.</param>
    /// <param name="training">The sequences to learn from, with one label each.</param>
    /// <param name="test">The sequences to measure on.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static IEnumerable<(string Name, double Accuracy)> Measure(
        SequencePreparation preparation, SequenceDataset training, SequenceDataset test, CancellationToken cancellationToken)
    {
        int[] known = Labels(training), asked = Labels(test);
        yield return ("majority", new MajorityClass(known).Accuracy(asked));
        if (preparation.Vocabulary is Vocabulary vocabulary)
        {
            string[] texts = Texts(training, vocabulary.Kind), others = Texts(test, vocabulary.Kind);
            BagOfWords words = new(texts);
            NaiveBayes bayes = new(words, texts, known, training.Classes.Count);
            yield return ("naive_bayes", Share(others, asked, bayes.Predict, cancellationToken));
            LinearTextClassifier linear = new(words, texts, known, training.Classes.Count, seed: preparation.Options.Seed);
            yield return ("linear", Share(others, asked, linear.Predict, cancellationToken));
            yield break;
        }

        SequenceDataset series = Numbers(preparation, training), otherSeries = Numbers(preparation, test);
        if (Lengths(series).Concat(Lengths(otherSeries)).Distinct().Count() == 1)
            yield return ("nearest_neighbour", new NearestNeighbour(series).Accuracy(otherSeries, cancellationToken));
        yield return ("nearest_neighbour_warped", new NearestNeighbour(series, Window).Accuracy(otherSeries, cancellationToken));
    }

    private static int[] Labels(SequenceDataset data) => [.. Enumerable.Range(0, data.Count).Select(i => data[i].Labels[0])];

    private static IEnumerable<int> Lengths(SequenceDataset data) => Enumerable.Range(0, data.Count).Select(i => data[i].Values.Length);

    /// <summary>Of texts that are read by letters, letters are the words, between two marks.</summary>
    private static string[] Texts(SequenceDataset data, TokenKind kind) => [.. Enumerable.Range(0, data.Count).Select(i =>
    {
        string text = SequencePreparation.Normalized(data[i].Text, kind, sentences: false);
        return kind == TokenKind.Word ? text : $"^ {string.Join(' ', text.EnumerateRunes().Select(letter => letter.ToString() is " " ? "_" : letter.ToString()))} $";
    })];

    /// <summary>Series as they were measured; of recordings what the network reads.</summary>
    private static SequenceDataset Numbers(SequencePreparation preparation, SequenceDataset data) => data.Input == SequenceInput.Series
        ? data
        : new SequenceDataset(SequenceInput.Series, preparation.Size, data.Classes, [.. preparation.Prepare(data).Select((sequence, i) => data[i] with { Values = sequence.Values })]);

    private static double Share(string[] texts, int[] labels, Func<string, int> predict, CancellationToken cancellationToken)
    {
        int right = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            right += predict(texts[i]) == labels[i] ? 1 : 0;
        }

        return (double)right / texts.Length;
    }
}
