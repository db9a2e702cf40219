using Unfold.Cells;
using Unfold.Data;
using Unfold.Data.Sequences;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Onnx.Tests.Runtime;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Sequence classifiers, whatever they read and whatever they take of it, give in ONNX Runtime what they give here.</summary>
public sealed class SequenceClassifierTests
{
    public static TheoryData<string, bool, SequenceReading, DirectionMerge, bool, bool> Kinds => new()
    {
        { "gru", false, SequenceReading.Last, default, false, false },
        { "gru", false, SequenceReading.Mean, default, true, false },
        { "lstm", true, SequenceReading.Mean, DirectionMerge.Concatenate, true, false },
        { "lstm", true, SequenceReading.Last, DirectionMerge.Concatenate, true, true },
        { "lstm", true, SequenceReading.Last, DirectionMerge.Average, true, false },
        { "mgu", true, SequenceReading.Last, DirectionMerge.Sum, false, true },
        { "mgu", true, SequenceReading.Max, DirectionMerge.Concatenate, false, false },
        { "tcn", false, SequenceReading.Max, default, false, false },
    };

    [RuntimeTheory]
    [MemberData(nameof(Kinds))]
    public void SeriesOfDifferentLengthsGiveTheSameNumbers(string cell, bool bothDirections, SequenceReading reading, DirectionMerge merge, bool skips, bool normalizeEach)
    {
        using TemporaryFile file = new();
        SequenceDataset data = new(SequenceInput.Series, 2, ["slow", "fast"], [.. Enumerable.Range(0, 12).Select(i =>
            new SequenceItem([.. Enumerable.Range(0, 2 * (5 + (i % 7))).Select(t => (float)Math.Sin(t * (0.2 + (i % 2 * 0.5))) + (t % 2))], "", [i % 2], $"wave {i}"))]);
        SequenceLayerOptions layer = cell == "tcn" ? new TemporalConvolutionalOptions { Channels = 6, Levels = 2, Kernel = 3 }
            : new RecurrentOptions(Cell.Named(cell)) { Hidden = 6, Layers = 2, SkipConnections = skips };
        SequenceClassifier model = SequenceClassifier.Train(new SequenceFiles(data, null), new SequenceClassifierOptions
        {
            Encoder = new SequenceEncoderOptions { Layer = layer, Bidirectional = bothDirections, Merge = merge },
            Reading = reading,
            NormalizeEach = normalizeEach,
            Epochs = 1,
            Batch = 4,
            TestShare = 0,
            Validation = 0,
        });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Probabilities = true });

        int steps = 11;
        float[] x = new float[steps * data.Count * 2];
        for (int n = 0; n < data.Count; n++)
        {
            float[] values = [.. data[n].Values];
            for (int i = 0; i < values.Length; i++)
                x[(((i / 2 * data.Count) + n) * 2) + (i % 2)] = values[i];
        }

        int[] lengths = [.. Enumerable.Range(0, data.Count).Select(n => data[n].Values.Length / 2)];
        float[] expected = [.. model.Predict(data).SelectMany(prediction => prediction.Probabilities)];
        OnnxRuntime.Run(file.Path, ("x", Value.Of([steps, data.Count, 2], x)), ("lengths", Value.Of(lengths)))["probabilities"].AssertNear("probabilities", [data.Count, 2], expected);
    }

    [RuntimeTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void TextsGiveTheSameNumbers(bool sentences)
    {
        using TemporaryFile file = new();
        string[] texts = ["Snow fell. The wind was cold and the night long.", "The sun burned! Sand and heat.", "Cold snow", "Heat over the sand. Sun. The long day was hot."];
        SequenceDataset data = new(SequenceInput.Text, 0, ["north", "south"], [.. texts.Select((text, i) => new SequenceItem([], text, [i % 2], $"text {i}"))]);
        SequenceClassifier model = SequenceClassifier.Train(new SequenceFiles(data, null), new SequenceClassifierOptions
        {
            Encoder = new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 5 }, Bidirectional = true },
            Embedding = 6,
            Tokens = TokenKind.Word,
            Sentences = sentences,
            Epochs = 1,
            Batch = 2,
            TestShare = 0,
            Validation = 0,
        });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Probabilities = true });
        int[][][] tokens = [.. model.Description.Preparation.Prepare(data).Select(prepared => prepared.Sentences)];
        int count = tokens.Length, most = tokens.Max(text => text.Length), longest = tokens.Max(text => text.Max(sentence => sentence.Length));
        int[] words = new int[longest * most * count], lengths = new int[most * count];
        for (int n = 0; n < count; n++)
        {
            for (int t = 0; t < tokens[n].Length; t++)
            {
                lengths[(t * count) + n] = tokens[n][t].Length;
                for (int w = 0; w < tokens[n][t].Length; w++)
                    words[(((w * most) + t) * count) + n] = tokens[n][t][w];
            }
        }

        float[] expected = [.. model.Predict(data).SelectMany(prediction => prediction.Probabilities)];
        IReadOnlyDictionary<string, Value> found = sentences
            ? OnnxRuntime.Run(file.Path, ("tokens", Value.Of([longest, most, count], words)), ("sentence_lengths", Value.Of([most, count], lengths)), ("lengths", Value.Of([.. tokens.Select(text => text.Length)])))
            : OnnxRuntime.Run(file.Path, ("tokens", Value.Of([longest, count], words)), ("lengths", Value.Of(lengths)));
        found["probabilities"].AssertNear("probabilities", [count, 2], expected);
        if (!sentences)
            return;

        // A text alone has no need of its length.
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Probabilities = true, Lengths = false });
        int own = tokens[3].Length;
        int[] alone = [.. Enumerable.Range(0, longest * own).Select(i => words[(((i / own * most) + (i % own)) * count) + 3])];
        int[] counts = [.. tokens[3].Select(sentence => sentence.Length)];
        OnnxRuntime.Run(file.Path, ("tokens", Value.Of([longest, own, 1], alone)), ("sentence_lengths", Value.Of([own, 1], counts)))["probabilities"].AssertNear("alone", [1, 2], expected[6..8]);
    }
}
