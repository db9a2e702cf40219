using System.Text;
using Unfold.Data;
using Unfold.Data.Audio;
using Unfold.Data.Sequences;

namespace Unfold.Models;

/// <summary>
/// What is done to sequences before a network reads them: recordings become bands of frequency, numbers are brought to mean 0 and deviation 1 by channel, texts become
/// tokens. Decided by the training part alone, and kept in the model's file.
/// </summary>
/// <param name="Input">What the sequences are made of.</param>
/// <param name="Width">C of series, the rate of recordings, 0 of texts.</param>
/// <param name="Mean">[C]: what is subtracted from each channel; empty for texts.</param>
/// <param name="Deviation">[C]: what each channel is divided by; empty for texts.</param>
/// <param name="Vocabulary">The tokens of texts; null for anything else.</param>
/// <param name="Options">The model's options.</param>
internal sealed record SequencePreparation(
    SequenceInput Input, int Width, float[] Mean, float[] Deviation, Vocabulary? Vocabulary, SequenceClassifierOptions Options)
{
    private const double WordsOnAverage = 3;
    private const char SentenceEnd = '\n';

    private readonly LogMel? _bands = Input == SequenceInput.Audio ? new LogMel(Width, Options.Bands) : null;

    /// <summary>The numbers at each step, or the tokens in the vocabulary.</summary>
    internal int Size => Vocabulary?.Count ?? Mean.Length;

    /// <summary>Decides what is to be done by the sequences to train on.</summary>
    internal static SequencePreparation Of(SequenceDataset training, SequenceClassifierOptions options)
    {
        if (training.Input == SequenceInput.Text)
        {
            TokenKind kind = options.Tokens ?? UsualTokens(training);
            return new SequencePreparation(training.Input, 0, [], [], VocabularyOf(training, kind, options.VocabularySize), options with { Tokens = kind });
        }

        int channels = training.Input == SequenceInput.Audio ? options.Bands : training.Width;
        SequencePreparation plain = new(training.Input, training.Width, new float[channels], [.. Enumerable.Repeat(1f, channels)], null, options);
        double[] sum = new double[channels], squares = new double[channels];
        long steps = 0;
        for (int i = 0; i < training.Count; i++)
        {
            float[] values = plain.Prepare(training[i]).Values;
            for (int at = 0; at < values.Length; at++)
            {
                sum[at % channels] += values[at];
                squares[at % channels] += (double)values[at] * values[at];
            }

            steps += values.Length / channels;
        }

        float[] mean = [.. sum.Select(value => (float)(value / steps))];
        float[] deviation = [.. squares.Select((value, c) => (float)Math.Sqrt(Math.Max(0, (value / steps) - (sum[c] / steps * (sum[c] / steps))))).Select(value => value > 1e-6f ? value : 1)];
        return plain with { Mean = mean, Deviation = deviation };
    }

    /// <summary>Prepares sequences.</summary>
    /// <exception cref="InputException">They are of another kind or width than the model reads.</exception>
    internal PreparedSequence[] Prepare(SequenceDataset data)
    {
        if (data.Input != Input || data.Width != Width)
        {
            string reads = Input switch { SequenceInput.Text => "texts", SequenceInput.Audio => $"recordings of {Width} Hz", _ => $"series of {Width} channels" };
            throw new InputException($"The model reads {reads}, but got {data}.");
        }

        PreparedSequence[] prepared = new PreparedSequence[data.Count];
        for (int i = 0; i < prepared.Length; i++)
            prepared[i] = Prepare(data[i]);
        return prepared;
    }

    /// <summary>Prepares one sequence.</summary>
    internal PreparedSequence Prepare(SequenceItem item)
    {
        if (Vocabulary is not null)
        {
            int[][] sentences = [.. Normalized(item.Text, Vocabulary.Kind, Options.Sentences).Split(SentenceEnd).Select(sentence => Vocabulary.Encode(sentence)).Where(tokens => tokens.Length > 0)];
            if (sentences.Length == 0)
                sentences = [[Vocabulary.Unknown]];
            bool isCut = sentences.Length > Options.MaxSteps || sentences.Any(tokens => tokens.Length > Options.MaxSteps);
            if (isCut)
                sentences = [.. sentences.Take(Options.MaxSteps).Select(tokens => tokens.Length <= Options.MaxSteps ? tokens : tokens[..Options.MaxSteps])];
            return new PreparedSequence([], sentences, Options.Sentences ? sentences.Length : sentences[0].Length, isCut);
        }

        float[] values = _bands?.Compute(item.Values) ?? (float[])item.Values.Clone();
        int channels = Mean.Length;
        bool isLong = values.Length / channels > Options.MaxSteps;
        if (isLong)
            Array.Resize(ref values, Options.MaxSteps * channels);
        if (Options.NormalizeEach)
            NormalizeAlone(values, channels);
        for (int i = 0; i < values.Length; i++)
            values[i] = (values[i] - Mean[i % channels]) / Deviation[i % channels];
        return new PreparedSequence(values, [], values.Length / channels, isLong);
    }

    /// <summary>A text as its tokens are cut: words in small letters with spaces between them and signs apart; sentences on lines of their own where they count.</summary>
    internal static string Normalized(string text, TokenKind kind, bool sentences)
    {
        StringBuilder normal = new(text.Length);
        char last = '\n';
        foreach (char raw in text)
        {
            char letter = kind == TokenKind.Word ? char.ToLowerInvariant(raw) : raw;
            bool isSpace = char.IsWhiteSpace(letter);
            bool ends = sentences && (letter == '\n' || (isSpace && last is '.' or '!' or '?'));
            if (isSpace || ends)
            {
                if (normal.Length > 0 && normal[^1] is not ' ' and not SentenceEnd)
                    normal.Append(ends ? SentenceEnd : ' ');
                else if (ends && normal.Length > 0)
                    normal[^1] = SentenceEnd;
                last = ends ? '\n' : last;
                continue;
            }

            bool apart = kind == TokenKind.Word && normal.Length > 0 && normal[^1] is not ' ' and not SentenceEnd && !(IsPartOfWord(letter) && IsPartOfWord(last));
            if (apart)
                normal.Append(' ');
            normal.Append(letter);
            last = letter;
        }

        return normal.ToString().TrimEnd();
    }

    /// <summary>Brings each channel to mean 0 and deviation 1 over its own steps; one that never changes to 0.</summary>
    private static void NormalizeAlone(float[] values, int channels)
    {
        int steps = values.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            double sum = 0, squares = 0;
            for (int t = 0; t < steps; t++)
                sum += values[(t * channels) + c];
            double mean = sum / steps;
            for (int t = 0; t < steps; t++)
                squares += (values[(t * channels) + c] - mean) * (values[(t * channels) + c] - mean);
            double deviation = Math.Sqrt(squares / steps);
            for (int t = 0; t < steps; t++)
                values[(t * channels) + c] = deviation > 1e-6 ? (float)((values[(t * channels) + c] - mean) / deviation) : 0;
        }
    }

    private static bool IsPartOfWord(char letter) => char.IsLetterOrDigit(letter) || char.IsSurrogate(letter) || letter is '\'' or '-' or '_' || char.GetUnicodeCategory(letter) == System.Globalization.UnicodeCategory.NonSpacingMark;

    private static TokenKind UsualTokens(SequenceDataset data)
    {
        double words = Enumerable.Range(0, data.Count).Average(i => data[i].Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
        return words >= WordsOnAverage ? TokenKind.Word : TokenKind.Character;
    }

    private static Vocabulary VocabularyOf(SequenceDataset data, TokenKind kind, int? size)
    {
        string all = string.Join('\n', Enumerable.Range(0, data.Count).Select(i => Normalized(data[i].Text, kind, sentences: false)));
        if (kind == TokenKind.Word)
            return Vocabulary.OfWords(all, size);

        // With a token for unknown ones, whether or not all characters are kept.
        Vocabulary found = Vocabulary.OfCharacters(all.Replace("\n", "", StringComparison.Ordinal), size);
        return found.Unknown >= 0 ? found : new Vocabulary(kind, found.Tokens.Where(token => token != Vocabulary.UnknownCharacter).Prepend(Vocabulary.UnknownCharacter), 0);
    }
}
