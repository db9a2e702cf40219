using System.Diagnostics;
using Unfold.Data;

namespace Unfold.Models;

/// <summary>Scores texts with a network.</summary>
internal sealed class TextScorer(LanguageNetwork network, LanguageModelFile description)
{
    private readonly TokenScorer _scorer = new(network, description.StartToken);

    /// <summary>Scores each line and the whole.</summary>
    internal TextScores Score(string text, bool carryState)
    {
        int[] tokens = Encode(text);
        float[] losses = new float[tokens.Length];
        if (carryState)
            _scorer.Score(tokens, losses, null, CancellationToken.None);

        List<TextScore> lines = [];
        int first = 0;
        for (int start = 0; start < text.Length;)
        {
            int newline = text.IndexOf('\n', start);
            int end = newline < 0 ? text.Length : newline + 1;
            int count = CountTokens(text.AsSpan(start, end - start));
            if (!carryState)
                _scorer.Score(tokens.AsSpan(first, count), losses.AsSpan(first, count), null, CancellationToken.None);
            lines.Add(ScoreOf(text[start..(newline < 0 ? end : newline)], text.AsSpan(start, end - start), tokens.AsSpan(first, count), losses.AsSpan(first, count)));
            first += count;
            start = end;
        }

        TextScore whole = new()
        {
            Text = text,
            LogProbability = lines.Sum(line => line.LogProbability),
            Tokens = tokens.Length,
            Characters = TextSplit.CountCharacters(text),
            UnknownTokens = lines.Sum(line => line.UnknownTokens),
        };
        return new TextScores(lines, whole);
    }

    /// <summary>Measures a text with the state carried from its beginning to its end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="done">Told how many tokens are done.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    internal Evaluation Evaluate(string text, Action<long>? done, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        int[] tokens = Encode(text);
        float[] losses = new float[tokens.Length];
        long right = _scorer.Score(tokens, losses, done, cancellationToken);
        return new Evaluation
        {
            Loss = TokenScorer.Sum(losses) / tokens.Length,
            Tokens = tokens.Length,
            Characters = TextSplit.CountCharacters(text),
            UnknownTokens = CountUnknown(tokens),
            Accuracy = (double)right / tokens.Length,
            UnigramLoss = description.Unigrams.Loss(tokens),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    private int[] Encode(string text)
    {
        int[] tokens = description.Vocabulary.Encode(text);
        return tokens.Length > 0 ? tokens : throw new InputException("There is no text to score: it is empty.");
    }

    private int CountTokens(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (ReadOnlySpan<char> _ in new TextTokens(text, description.Vocabulary.Kind))
            count++;
        return count;
    }

    private int CountUnknown(ReadOnlySpan<int> tokens) => description.Vocabulary.Unknown < 0 ? 0 : tokens.Count(description.Vocabulary.Unknown);

    private TextScore ScoreOf(string shown, ReadOnlySpan<char> line, ReadOnlySpan<int> tokens, ReadOnlySpan<float> losses) => new()
    {
        Text = shown,
        LogProbability = -TokenScorer.Sum(losses),
        Tokens = tokens.Length,
        Characters = TextSplit.CountCharacters(line),
        UnknownTokens = CountUnknown(tokens),
    };
}
