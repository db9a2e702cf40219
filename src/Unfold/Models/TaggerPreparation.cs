using Unfold.Data.Tagging;

namespace Unfold.Models;

/// <summary>What is done to sentences before a network reads them: words, other columns, characters and labels become numbers. Decided by the training part alone, and kept in the model's file.</summary>
/// <param name="Format">How files are read.</param>
/// <param name="Columns">For each input column what it may hold, the words, in small letters, first.</param>
/// <param name="Characters">The characters of words.</param>
/// <param name="Labels">The labels, without any for the unknown.</param>
/// <param name="AreSpansKept">Whether all labels to train on obey the rules of spans, which then hold for what is decoded.</param>
/// <param name="Options">The model's options.</param>
internal sealed record TaggerPreparation(
    TaggedFormat Format, IReadOnlyList<TokenTable> Columns, TokenTable Characters, IReadOnlyList<string> Labels, bool AreSpansKept, TaggerOptions Options)
{
    private const int MostLetters = 256;

    private readonly Dictionary<string, int> _labels = Labels.Select((label, i) => (label, i)).ToDictionary(pair => pair.label, pair => pair.i, StringComparer.Ordinal);

    /// <summary>Decides what is to be done by the sentences to train on.</summary>
    internal static TaggerPreparation Of(TaggedCorpus training, TaggerOptions options)
    {
        IReadOnlyList<TaggedSentence> sentences = training.Sentences;
        TokenTable[] columns = [.. Enumerable.Range(0, training.Format.Inputs!.Count).Select(column =>
            TokenTable.Of(sentences.SelectMany(sentence => sentence.Inputs[column].Select(text => Normalized(text, column))), column == 0 ? options.VocabularySize ?? int.MaxValue : int.MaxValue))];
        TokenTable characters = TokenTable.Of(sentences.SelectMany(sentence => sentence.Words.SelectMany(Letters)));
        string[] labels = [.. sentences.SelectMany(sentence => sentence.Labels!).Distinct().Order(StringComparer.Ordinal)];
        return new TaggerPreparation(training.Format, columns, characters, labels, Metrics.SpanEvaluation.AreSpans(labels) && sentences.All(sentence => ObeysSpans(sentence.Labels!)), options);
    }

    /// <summary>The sentences as numbers; those that are too long in several pieces.</summary>
    /// <exception cref="InputException">A sentence has other columns than the model reads.</exception>
    internal PreparedSentences Prepare(IReadOnlyList<TaggedSentence> sentences)
    {
        Dictionary<string, int> forms = new(StringComparer.Ordinal);
        List<int[]> spellings = [];
        List<PreparedSentence> pieces = [];
        for (int i = 0; i < sentences.Count; i++)
        {
            TaggedSentence sentence = sentences[i];
            if (sentence.Inputs.Count != Columns.Count)
                throw new InputException($"The model reads {Columns.Count} {(Columns.Count == 1 ? "column" : "columns")} for each word, but a sentence has {sentence.Inputs.Count}.");
            for (int first = 0; first < sentence.Count; first += Options.MaxSteps)
                pieces.Add(Piece(sentence, i, first, Math.Min(Options.MaxSteps, sentence.Count - first)));
        }

        return new PreparedSentences([.. pieces], spellings);

        PreparedSentence Piece(TaggedSentence sentence, int number, int first, int count)
        {
            int[][] columns = [.. sentence.Inputs.Select((column, c) => column.AsSpan(first, count).ToArray().Select(text => Columns[c][Normalized(text, c)]).ToArray())];
            int[] words = [.. sentence.Words.Skip(first).Take(count).Select(Form)];
            int[]? labels = sentence.Labels is null ? null : [.. sentence.Labels.Skip(first).Take(count).Select(label => _labels.GetValueOrDefault(label, -1))];
            return new PreparedSentence(number, first, columns, words, labels);
        }

        int Form(string word)
        {
            if (!forms.TryGetValue(word, out int number))
            {
                forms[word] = number = spellings.Count;
                spellings.Add([.. Letters(word).Select(letter => Characters[letter])]);
            }

            return number;
        }
    }

    /// <summary>How often each word of the vocabulary occurs.</summary>
    internal int[] CountWords(PreparedSentences sentences)
    {
        int[] counts = new int[Columns[0].Count];
        foreach (int word in sentences.Pieces.SelectMany(piece => piece.Columns[0]))
            counts[word]++;
        return counts;
    }

    /// <summary>Whether training saw a word.</summary>
    internal bool Knows(string word) => Columns[0][Normalized(word, 0)] != TokenTable.Unknown;

    /// <summary>A text as it is looked up.</summary>
    private static string Normalized(string text, int column) => column == 0 ? text.ToLowerInvariant() : text;

    private static IEnumerable<string> Letters(string word) => word.EnumerateRunes().Take(MostLetters).Select(rune => rune.ToString());

    private static bool ObeysSpans(IReadOnlyList<string> labels)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i].StartsWith("I-", StringComparison.Ordinal) && (i == 0 || (labels[i - 1] != labels[i] && labels[i - 1] != "B" + labels[i][1..])))
                return false;
        }

        return true;
    }
}
