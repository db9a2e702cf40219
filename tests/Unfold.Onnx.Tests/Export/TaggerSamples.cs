using System.Text;
using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Data.Tagging;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Onnx.Tests.Runtime;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Small taggers, and sentences for them.</summary>
internal static class TaggerSamples
{
    private static readonly string[] Phrases = ["I-NP", "B-VP", "O", "B-NP", "I-VP", "I-PP", "B-PP"];

    /// <summary>A tagger trained for a moment, its weights stirred, so that labels change from word to word.</summary>
    public static Tagger Train(string path, string head, string cell, bool bothDirections, int characters, int beam, bool spans, bool columns)
    {
        File.WriteAllText(path, Text(30, seed: 1, spans, columns));
        Tagger model = Tagger.Train(TaggedFiles.Load(path), new TaggerOptions
        {
            Encoder = new SequenceEncoderOptions
            {
                Layer = cell == "tcn" ? new TemporalConvolutionalOptions { Channels = 6, Levels = 2, Kernel = 3 } : new RecurrentOptions(Cell.Named(cell)) { Hidden = 6 },
                Bidirectional = bothDirections,
            },
            Embedding = 5,
            ColumnEmbedding = 3,
            Characters = characters,
            CharacterEmbedding = 4,
            Crf = head == "crf",
            Feedback = head == "feedback",
            Beam = beam,
            Epochs = 1,
        });

        int seed = 0;
        foreach (Parameter parameter in model.Network.Parameters.All)
        {
            float scale = parameter.Shape.Rank == 1 ? 0.2f : parameter.Shape[1] <= 5 || parameter.Name.EndsWith("output.weight", StringComparison.Ordinal) ? 3 : 1;
            float[] noise = Filling.Numbers(parameter.Shape.Length, seed++, scale);
            Span<float> values = parameter.Value.Span;
            for (int i = 0; i < values.Length; i++)
                values[i] += noise[i];
        }

        model.Network.Parameters.Touch();
        return model;
    }

    /// <summary>Sentences of 1 to 12 words; of spans, labels that obey their rules.</summary>
    private static string Text(int count, int seed, bool spans, bool columns, int[]? lengths = null)
    {
        Random random = new(seed);
        StringBuilder text = new();
        for (int i = 0; i < (lengths?.Length ?? count); i++)
        {
            string before = "O";
            for (int t = lengths?[i] ?? random.Next(1, 13); t > 0; t--)
            {
                string label = Phrases[random.Next(Phrases.Length)];
                if (spans && label[0] == 'I' && before[1..] != label[1..])
                    label = "B" + label[1..];
                if (!spans)
                    label = "T" + Array.IndexOf(Phrases, label);
                text.Append("w" + new string((char)('a' + random.Next(6)), random.Next(1, 5))).Append(columns ? " c" + random.Next(4) : "").Append(' ').Append(label).Append('\n');
                before = label;
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Sentences of so many words.</summary>
    public static TaggedSentence[] Sentences(string path, Tagger model, int[] lengths, int seed)
    {
        File.WriteAllText(path, Text(0, seed, spans: true, model.Format.Inputs!.Count > 1, lengths));
        return [.. TaggedCorpus.Load(path, model.Format).Sentences];
    }

    /// <summary>Words, columns and characters as the graph takes them.</summary>
    public static IEnumerable<(string Name, Value Value)> Inputs(Tagger model, TaggedSentence[] sentences)
    {
        PreparedSentences prepared = model.Description.Preparation.Prepare(sentences);
        int batch = sentences.Length, steps = sentences.Max(sentence => sentence.Count);
        for (int c = 0; c < model.Format.Inputs!.Count; c++)
            yield return (c == 0 ? "words" : "column2", Value.Of([steps, batch], Padded((n, t) => prepared.Pieces[n].Columns[c][t])));
        if (model.Options.Characters == 0)
            yield break;
        int most = prepared.Spellings.Max(letters => letters.Length);
        IEnumerable<int> letters = Enumerable.Range(0, most).SelectMany(w => Padded((n, t) => prepared.Spellings[prepared.Pieces[n].Words[t]].ElementAtOrDefault(w)));
        yield return ("characters", Value.Of([most, steps, batch], [.. letters]));
        yield return ("word_lengths", Value.Of([steps, batch], Padded((n, t) => prepared.Spellings[prepared.Pieces[n].Words[t]].Length)));

        int[] Padded(Func<int, int, int> at) =>
            [.. Enumerable.Range(0, steps * batch).Select(i => i / batch < sentences[i % batch].Count ? at(i % batch, i / batch) : 0)];
    }
}
