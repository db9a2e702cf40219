using Unfold.Baselines;
using Unfold.Data.Tagging;

namespace Unfold.Models;

/// <summary>What a tagger must beat.</summary>
internal static class TaggerBaselines
{
    /// <summary>Measures, for each input column by itself, the commonest label of what it holds, and a hidden Markov model.</summary>
    /// <returns>Names such as <c>most_frequent</c> and <c>hmm_column2</c>, and what was measured.</returns>
    internal static IEnumerable<(string Name, TaggerEvaluation Found)> Measure(
        TaggerPreparation preparation, TaggedCorpus training, TaggedCorpus measured, CancellationToken cancellationToken)
    {
        for (int column = 0; column < preparation.Columns.Count; column++)
        {
            string suffix = column == 0 ? "" : $"_column{column + 1}";
            (IReadOnlyList<string>, IReadOnlyList<string>)[] sentences = [.. training.Sentences.Select(sentence => ((IReadOnlyList<string>)sentence.Inputs[column], sentence.Labels!))];
            yield return ("most_frequent" + suffix, Of(new MostFrequentTag(sentences).Tag, column));
            yield return ("hmm" + suffix, Of(new HiddenMarkovTagger(sentences).Tag, column));
        }

        TaggerEvaluation Of(Func<IReadOnlyList<string>, string[]> tag, int column)
        {
            string[][] found = new string[measured.Sentences.Count][];
            Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = cancellationToken }, i => found[i] = tag(measured.Sentences[i].Inputs[column]));
            return TaggerEvaluation.Of(measured.Sentences, found, preparation, double.NaN, 0);
        }
    }
}
