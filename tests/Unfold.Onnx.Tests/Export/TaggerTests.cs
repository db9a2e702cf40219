using Unfold.Autodiff;
using Unfold.Data.Tagging;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Taggers give in ONNX Runtime the scores and the labels that they give here, however they choose labels.</summary>
public sealed class TaggerTests
{
    /// <summary>Head, cell, both directions, characters, beam, whether the labels are spans, whether there is a second column.</summary>
    public static TheoryData<string, string, bool, int, int, bool, bool> Kinds => new()
    {
        { "independent", "lstm", true, 4, 1, true, true },
        { "independent", "mgu", false, 0, 1, false, false },
        { "crf", "gru", true, 3, 1, true, true },
        { "crf", "tcn", true, 0, 1, false, false },
        { "feedback", "lstm", true, 4, 1, true, true },
        { "feedback", "lstm", false, 0, 1, false, false },
        { "feedback", "gru_reset_after", true, 0, 4, true, false },
        { "feedback", "mgu", true, 3, 3, false, true },
        { "feedback", "scrn", false, 0, 2, true, false },
        { "feedback", "tcn", true, 0, 3, true, false },
    };

    [RuntimeTheory]
    [MemberData(nameof(Kinds))]
    public void ATaggerGivesTheSameScoresAndLabels(string head, string cell, bool bothDirections, int characters, int beam, bool spans, bool columns)
    {
        using TemporaryFile data = new(".txt"), file = new();
        Tagger model = TaggerSamples.Train(data.Path, head, cell, bothDirections, characters, beam, spans, columns);
        Assert.Equal(spans, model.Description.Preparation.AreSpansKept);
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { States = false });
        HashSet<string> chosen = [];
        foreach (int[] lengths in new int[][] { [1], [6, 6], [3, 9, 1, 17, 4], [25] })
        {
            TaggedSentence[] sentences = TaggerSamples.Sentences(data.Path, model, lengths, seed: 40 + lengths.Length);
            (string Name, Value Value)[] inputs = [.. TaggerSamples.Inputs(model, sentences), ("lengths", Value.Of(lengths))];
            IReadOnlyDictionary<string, Value> found = OnnxRuntime.Run(file.Path, inputs);
            IReadOnlyList<IReadOnlyList<string>> expected = model.Tag(sentences);
            Assert.Equal(["scores", "labels"], found.Keys);
            AssertLabels(model, expected, found["labels"].Integers, lengths);
            AssertScores(model, sentences, expected, found["scores"]);
            chosen.UnionWith(expected.SelectMany(labels => labels));
        }

        Assert.True(chosen.Count > 2, $"only {string.Join(' ', chosen)} were chosen");
    }

    [RuntimeFact]
    public void OneSentenceNeedsNoLengths()
    {
        using TemporaryFile data = new(".txt"), file = new();
        Tagger model = TaggerSamples.Train(data.Path, "crf", "gru", true, 4, 1, spans: true, columns: false);
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Lengths = false });
        TaggedSentence[] sentences = TaggerSamples.Sentences(data.Path, model, [7], seed: 3);
        AssertLabels(model, model.Tag(sentences), OnnxRuntime.Run(file.Path, TaggerSamples.Inputs(model, sentences))["labels"].Integers, [7]);
    }

    [RuntimeFact]
    public void ATaggerOfOneDirectionStreams()
    {
        using TemporaryFile data = new(".txt"), file = new();
        Tagger model = TaggerSamples.Train(data.Path, "independent", "lstm", false, 0, 1, spans: false, columns: false);
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Probabilities = true });
        TaggedSentence[] sentences = TaggerSamples.Sentences(data.Path, model, [9], seed: 3);
        int[] words = [.. model.Description.Preparation.Prepare(sentences).Pieces[0].Columns[0]];
        List<long> labels = [];
        Value h = Value.Of([1, 6], new float[6]), c = h;
        foreach (int[] part in new[] { words[..4], words[4..] })
        {
            IReadOnlyDictionary<string, Value> found = OnnxRuntime.Run(
                file.Path, ("words", Value.Of([part.Length, 1], part)), ("lengths", Value.Of(part.Length)), ("initial.encoder.l0.h", h), ("initial.encoder.l0.c", c));
            Assert.All(found["probabilities"].Floats.Chunk(model.Labels.Count), row => Assert.Equal(1, row.Sum(), 5));
            labels.AddRange(found["labels"].Integers);
            (h, c) = (found["final.encoder.l0.h"], found["final.encoder.l0.c"]);
        }

        AssertLabels(model, model.Tag(sentences), [.. labels], [9]);
    }

    [RuntimeFact]
    public void ProbabilitiesOfARandomFieldAreThoseOfWholeSequences()
    {
        using TemporaryFile data = new(".txt"), saved = new(".safetensors"), file = new();
        Tagger model = TaggerSamples.Train(data.Path, "crf", "gru", true, 0, 1, spans: true, columns: false);
        model.Save(saved.Path);
        OnnxExport.Convert(saved.Path, file.Path, new OnnxExportOptions { Probabilities = true });
        Assert.Equal("tag", OnnxNetwork.Load(file.Path).Metadata["task"]);
        Assert.Contains("\"labels\":[\"B-NP\"", OnnxNetwork.Load(file.Path).Metadata["sentences"].Replace(" ", "", StringComparison.Ordinal));

        int[] lengths = [3, 9, 1, 5];
        TaggedSentence[] sentences = TaggerSamples.Sentences(data.Path, model, lengths, seed: 3);
        IReadOnlyDictionary<string, Value> found = OnnxRuntime.Run(file.Path, [.. TaggerSamples.Inputs(model, sentences), ("lengths", Value.Of(lengths))]);
        AssertLabels(model, model.Tag(sentences), found["labels"].Integers, lengths);

        // The loss's gradient by a score is the label's probability, less one where the label is right.
        TaggerInputs inputs = new(1);
        inputs.Fill(model.Description.Preparation.Prepare(sentences), [0, 1, 2, 3], null);
        CrfHead head = (CrfHead)model.Network.Head;
        Tape inference = Tape.ForInference();
        Tensor x = model.Network.Forward(inference, inputs);
        ParameterSet set = new();
        Parameter scores = set.Add("scores", new Shape(inputs.Sequences.RowCount, model.Labels.Count), Initializer.Zeros);
        set.Allocate(0);
        head.Output.Forward(inference, x).Values.CopyTo(scores.Value.Span);
        int[] right = new int[inputs.Sequences.RowCount];
        Tape tape = new();
        tape.Backward(head.Field.Loss(tape, scores.Value, right, inputs.Sequences));
        int width = model.Labels.Count;
        for (int n = 0; n < lengths.Length; n++)
        {
            for (int t = 0; t < lengths[n]; t++)
            {
                float[] expected = scores.Gradient.Slice(inputs.Sequences.Row(t, n), 1).Values.ToArray();
                expected = [.. expected.Select((value, label) => (value * right.Length) + (label == 0 ? 1 : 0))];
                Value.Of([width], found["probabilities"].Floats.AsSpan(((t * lengths.Length) + n) * width, width)).AssertNear($"token {t} of sentence {n}", [width], expected);
            }
        }
    }

    private static void AssertLabels(Tagger model, IReadOnlyList<IReadOnlyList<string>> expected, long[] found, int[] lengths)
    {
        int batch = lengths.Length;
        Assert.Equal(lengths.Max() * batch, found.Length);
        for (int n = 0; n < batch; n++)
        {
            Assert.Equal(expected[n], Enumerable.Range(0, lengths[n]).Select(t => model.Labels[(int)found[(t * batch) + n]]));
            for (int t = lengths[n]; t * batch < found.Length; t++)
                Assert.Equal(-1, found[(t * batch) + n]);
        }
    }

    /// <summary>The scores of the tokens; with feedback those behind the labels that were chosen.</summary>
    private static void AssertScores(Tagger model, TaggedSentence[] sentences, IReadOnlyList<IReadOnlyList<string>> labels, Value found)
    {
        Tape tape = Tape.ForInference();
        TaggerInputs inputs = new(model.Format.Inputs!.Count);
        inputs.Fill(model.Description.Preparation.Prepare(sentences), [.. Enumerable.Range(0, sentences.Length)], null);
        PackedSequences rows = inputs.Sequences;
        Tensor x = model.Network.Forward(tape, inputs), scores;
        if (model.Network.Head is FeedbackHead feedback)
        {
            int[] own = new int[rows.RowCount], before = new int[rows.RowCount];
            for (int n = 0; n < sentences.Length; n++)
            {
                for (int t = 0; t < sentences[n].Count; t++)
                    own[rows.Row(t, n)] = model.Labels.ToList().IndexOf(labels[n][t]);
            }

            feedback.Choice.Feedback.Before(own, rows, before);
            scores = feedback.Choice.Feedback.Forward(tape, x, before, rows);
        }
        else
            scores = (model.Network.Head is CrfHead field ? field.Output : ((IndependentHead)model.Network.Head).Output).Forward(tape, x);

        int width = model.Labels.Count;
        for (int n = 0; n < sentences.Length; n++)
        {
            for (int t = 0; t < sentences[n].Count; t++)
            {
                float[] of = found.Floats[(((t * sentences.Length) + n) * width)..][..width];
                Value.Of([width], of).AssertNear($"scores of token {t} of sentence {n}", [width], scores.Slice(rows.Row(t, n), 1).Values);
            }
        }
    }
}
