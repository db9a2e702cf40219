using Unfold.Data.Tagging;
using Unfold.Metrics;

namespace Unfold.Models;

/// <summary>How well labels are told.</summary>
/// <param name="Sentences">How many sentences.</param>
/// <param name="Tokens">How many tokens.</param>
/// <param name="Loss">The mean loss in nats a token, over the sentences all of whose labels the model knows; null where there is none.</param>
/// <param name="Accuracy">The share of tokens that got their label.</param>
/// <param name="UnknownWords">How many tokens are words that training never saw.</param>
/// <param name="UnknownWordsAccuracy">The share of those that got their label; 0 of none.</param>
/// <param name="UnknownLabels">How many tokens have a label that training never saw: each of them is a mistake.</param>
/// <param name="Spans">The spans, where the labels are written as such; else null.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record TaggerEvaluation(
    int Sentences, long Tokens, double? Loss, double Accuracy, long UnknownWords, double UnknownWordsAccuracy, long UnknownLabels, SpanEvaluation? Spans, double Seconds)
{
    /// <summary>Compares labels.</summary>
    /// <param name="sentences">The sentences, with the right labels.</param>
    /// <param name="found">For each sentence the labels that were found.</param>
    /// <param name="preparation">Which words and labels are known.</param>
    /// <param name="loss">The mean loss; NaN for none.</param>
    /// <param name="seconds">How long it took.</param>
    internal static TaggerEvaluation Of(IReadOnlyList<TaggedSentence> sentences, string[][] found, TaggerPreparation preparation, double loss, double seconds)
    {
        HashSet<string> labels = [.. preparation.Labels];
        SpanEvaluation spans = new();
        long unknown = 0, unknownRight = 0, unknownLabels = 0;
        for (int i = 0; i < sentences.Count; i++)
        {
            IReadOnlyList<string> right = sentences[i].Labels ?? throw new ArgumentException($"Sentence {i} has no labels to compare with.");
            spans.Add(right, found[i]);
            for (int t = 0; t < right.Count; t++)
            {
                unknownLabels += labels.Contains(right[t]) ? 0 : 1;
                if (preparation.Knows(sentences[i].Words[t]))
                    continue;
                unknown++;
                unknownRight += right[t] == found[i][t] ? 1 : 0;
            }
        }

        return new TaggerEvaluation(
            sentences.Count, spans.Tokens, double.IsNaN(loss) ? null : loss, spans.Accuracy, unknown, unknown == 0 ? 0 : (double)unknownRight / unknown, unknownLabels,
            SpanEvaluation.AreSpans(preparation.Labels) ? spans : null, seconds);
    }
}
