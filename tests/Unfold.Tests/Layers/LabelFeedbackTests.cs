using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class LabelFeedbackTests
{
    private static readonly int[] Lengths = [4, 2, 5, 1];

    public static TheoryData<SequenceLayerOptions> Kinds =>
        [new RecurrentOptions(Cell.Named("gru")) { Hidden = 6 }, new RecurrentOptions(Cell.Named("lstm")) { Hidden = 5, Layers = 2 }, new TemporalConvolutionalOptions { Channels = 4, Levels = 2, Kernel = 2 }];

    [Fact]
    public void The_label_before_is_that_of_the_step_before()
    {
        LabelFeedback layer = Build(new RecurrentOptions(Cell.Named("gru")) { Hidden = 3 });
        PackedSequences sequences = new([1, 3]);
        int[] labels = new int[4], before = new int[4];
        (labels[sequences.Row(0, 0)], labels[sequences.Row(0, 1)], labels[sequences.Row(1, 1)], labels[sequences.Row(2, 1)]) = (2, 1, 0, 2);
        layer.Before(labels, sequences, before);
        Assert.Equal([3, 3, 1, 0], [before[sequences.Row(0, 0)], before[sequences.Row(0, 1)], before[sequences.Row(1, 1)], before[sequences.Row(2, 1)]]);
        Assert.Throws<ArgumentException>(() => layer.Before(new int[3], sequences, before));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Greedy_labels_are_the_greatest_behind_themselves(SequenceLayerOptions kind)
    {
        LabelFeedback layer = Build(kind);
        PackedSequences sequences = new(Lengths);
        Tensor x = RecurrentTests.Wave(new Shape(sequences.RowCount, 3));
        int[] labels = new int[sequences.RowCount], before = new int[sequences.RowCount];
        double[] logs = layer.Decode(x, sequences, labels);
        layer.Before(labels, sequences, before);
        float[] scores = layer.Forward(new Tape(), x, before, sequences).Values.ToArray();
        double[] expected = new double[Lengths.Length];
        for (int row = 0; row < labels.Length; row++)
        {
            float[] own = scores[(3 * row)..((3 * row) + 3)];
            Assert.Equal(Array.IndexOf(own, own.Max()), labels[row]);
            expected[sequences.SequenceOfRow[row]] += Log(own, labels[row]);
        }

        for (int n = 0; n < logs.Length; n++)
            Assert.Equal(expected[n], logs[n], 1e-5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_wide_beam_finds_the_likeliest_of_all_labels(SequenceLayerOptions kind)
    {
        LabelFeedback layer = Build(kind);
        PackedSequences sequences = new(Lengths);
        Tensor x = RecurrentTests.Wave(new Shape(sequences.RowCount, 3));
        int[] labels = new int[sequences.RowCount], greedy = new int[sequences.RowCount];
        double[] found = layer.Decode(x, sequences, labels, beam: 243), less = layer.Decode(x, sequences, greedy);
        for (int n = 0; n < Lengths.Length; n++)
        {
            int length = Lengths[n];
            PackedSequences alone = new([length]);
            Tensor own = Tensor.Zeros(new Shape(length, 3));
            for (int t = 0; t < length; t++)
                x.Slice(sequences.Row(t, n), 1).Values.CopyTo(own.Slice(t, 1).Span);
            (int[] best, double log) = Enumerable.Range(0, (int)Math.Pow(3, length))
                .Select(number => (int[])[.. Enumerable.Range(0, length).Select(t => number / (int)Math.Pow(3, t) % 3)])
                .Select(path => (path, Score(layer, own, alone, path))).MaxBy(pair => pair.Item2);
            Assert.Equal(best, Enumerable.Range(0, length).Select(t => labels[sequences.Row(t, n)]));
            Assert.Equal(log, found[n], 1e-5);
            Assert.True(less[n] <= found[n] + 1e-9);
        }
    }

    [Fact]
    public void Rules_are_kept()
    {
        LabelFeedback layer = Build(new RecurrentOptions(Cell.Named("gru")) { Hidden = 4 });
        PackedSequences sequences = new([6, 6]);
        LabelRules rules = new(3, label => label == 2, (one, other) => other == (one + 1) % 3);
        foreach (int beam in new[] { 1, 3 })
        {
            int[] labels = new int[12];
            layer.Decode(RecurrentTests.Wave(new Shape(12, 3)), sequences, labels, beam, rules);
            for (int n = 0; n < 2; n++)
                Assert.Equal([2, 0, 1, 2, 0, 1], Enumerable.Range(0, 6).Select(t => labels[sequences.Row(t, n)]));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        LabelFeedback layer = Build(new RecurrentOptions(Cell.Named("gru")) { Hidden = 4 });
        PackedSequences sequences = new([2]);
        Tensor x = Tensor.Zeros(new Shape(2, 3));
        Assert.Contains("a beam of 1 or more, but got 0", Assert.Throws<ArgumentException>(() => layer.Decode(x, sequences, new int[2], 0)).Message);
        Assert.Contains("room for 1", Assert.Throws<ArgumentException>(() => layer.Decode(x, sequences, new int[1])).Message);
        Assert.Contains("do not fit 3 labels", Assert.Throws<ArgumentException>(() => layer.Decode(x, sequences, new int[2], 1, LabelRules.Spans(["O"]))).Message);
        Assert.Contains("x [S=2, C=3]", Assert.Throws<ArgumentException>(() => layer.Forward(new Tape(), Tensor.Zeros(new Shape(3, 3)), new int[3], sequences)).Message);
        Assert.Throws<ArgumentException>(() => new LabelFeedback(new ParameterSet(), "f", new RecurrentOptions(Cell.Named("gru")), 3, 0, 2));
    }

    private static LabelFeedback Build(SequenceLayerOptions kind)
    {
        ParameterSet parameters = new();
        LabelFeedback layer = new(parameters, "feedback", kind, 3, 3, 4);
        parameters.Allocate(5);
        foreach (ref float value in parameters.Values)
            value *= 3; // so that the label before matters
        return layer;
    }

    private static double Score(LabelFeedback layer, Tensor x, PackedSequences sequences, int[] labels)
    {
        int[] before = new int[labels.Length];
        layer.Before(labels, sequences, before);
        float[] scores = layer.Forward(new Tape(), x, before, sequences).Values.ToArray();
        return labels.Select((label, t) => Log(scores[(3 * t)..((3 * t) + 3)], label)).Sum();
    }

    private static double Log(float[] scores, int label) => scores[label] - Math.Log(scores.Sum(score => Math.Exp(score)));
}
