using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Cells;
using Unfold.Kernels.Threading;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Testing;
using Unfold.Tests.Autodiff.Operations;
using Unfold.Tests.Layers;
using Unfold.Training;

namespace Unfold.Tests.Losses;

[Collection(nameof(Team))] // changes the number of threads
public sealed class CtcLossTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Theory]
    [InlineData(3, 4, 0, new[] { 1, 2 })]
    [InlineData(3, 5, 2, new[] { 0, 0, 1 })]
    [InlineData(4, 3, 0, new[] { 1, 2, 3 })]
    [InlineData(2, 6, 1, new[] { 0, 0 })]
    [InlineData(3, 3, 1, new int[0])]
    public void The_reference_equals_the_sum_over_all_paths(int classes, int steps, int blank, int[] labels)
    {
        double[] x = [.. Enumerable.Range(0, steps * classes).Select(i => 2 * Math.Sin(1.7 * i))];
        Assert.Equal(-Math.Log(Said(x, classes, steps, blank)[string.Join(' ', labels)]), ReferenceMath<double>.Ctc(x, classes, labels, blank), 1e-10);
    }

    [Theory]
    [InlineData(3, 0, LossReduction.Mean)]
    [InlineData(5, 4, LossReduction.Sum)]
    [InlineData(17, 3, LossReduction.Mean)]
    public void Loss_and_gradient_equal_the_reference(int classes, int blank, LossReduction reduction)
    {
        int[] lengths = [5, 9, 1, 6], counts = [2, 4, 0, 3];
        int[] labels = [.. Enumerable.Range(0, 9).Select(i => (blank + 1 + ((i / 2) % (classes - 1))) % classes)];
        PackedSequences sequences = new(lengths);
        int[][] rows = [.. lengths.Select((length, n) => Enumerable.Range(0, length).Select(t => sequences.Row(t, n)).ToArray())];
        int[][] own = [.. counts.Select((count, n) => labels.AsSpan(counts[..n].Sum(), count).ToArray())];
        double[] factors = [.. counts.Select(count => reduction == LossReduction.Sum ? 1 : 0.25 / Math.Max(1, count))];
        new OperationCase(new Shape(sequences.RowCount, classes))
        {
            Tape = (tape, x) => CtcLoss.Forward(tape, x[0], sequences, labels, counts, blank, reduction),
            Forward = (x, y) => y[0] = rows.Select((of, n) => factors[n] * ReferenceMath<double>.Ctc(Own(x[0], of, classes), classes, own[n], blank)).Sum(),
            Backward = (d, x, y, g) =>
            {
                for (int n = 0; n < rows.Length; n++)
                {
                    double[] dx = new double[lengths[n] * classes];
                    ReferenceMath<double>.CtcBackward(d[0] * factors[n], Own(x[0], rows[n], classes), classes, own[n], blank, dx);
                    for (int i = 0; i < dx.Length; i++)
                        g[0][(rows[n][i / classes] * classes) + (i % classes)] += dx[i];
                }
            },
            Length = 1,
        }.Verify();
    }

    [Fact]
    public void Losses_and_gradients_are_PyTorchs()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Losses", "golden", "ctc.json")));
        foreach (JsonElement entry in golden.RootElement.EnumerateArray())
        {
            int classes = entry.GetProperty("classes").GetInt32(), blank = entry.GetProperty("blank").GetInt32();
            int[] lengths = [.. entry.GetProperty("lengths").EnumerateArray().Select(n => n.GetInt32())];
            int[][] labels = [.. entry.GetProperty("labels").EnumerateArray().Select(list => list.EnumerateArray().Select(n => n.GetInt32()).ToArray())];
            double[] gradient = [.. entry.GetProperty("gradient").EnumerateArray().Select(n => n.GetDouble())];
            PackedSequences sequences = new(lengths);
            Tensor x = Tensor.Zeros(new Shape(sequences.RowCount, classes));
            for (int n = 0; n < lengths.Length; n++)
            {
                for (int i = 0; i < lengths[n] * classes; i++)
                    x.Span[(sequences.Row(i / classes, n) * classes) + (i % classes)] = (float)(3 * Math.Sin((1.7 * Padded(i, n)) + 0.2));
            }

            Tape tape = new();
            Tensor watched = tape.Watch(x), loss = CtcLoss.Forward(tape, watched, sequences, [.. labels.SelectMany(own => own)], [.. labels.Select(own => own.Length)], blank);
            tape.Backward(loss);
            double mean = entry.GetProperty("mean").GetDouble(), sum = entry.GetProperty("sum").GetDouble();

            // Rounding to float, of a loss of up to 200.
            Assert.Equal(mean, loss.Scalar, 1e-6 * Math.Max(1, mean));
            Assert.Equal(sum, CtcLoss.Forward(new Tape(), x, sequences, [.. labels.SelectMany(own => own)], [.. labels.Select(own => own.Length)], blank, LossReduction.Sum).Scalar, 1e-6 * sum);
            for (int n = 0; n < lengths.Length; n++)
            {
                for (int i = 0; i < lengths[n] * classes; i++)
                    Assert.Equal(gradient[Padded(i, n)], tape.Gradient(watched).Values[(sequences.Row(i / classes, n) * classes) + (i % classes)], 1e-6);
            }

            int Padded(int i, int n) => (((i / classes) * lengths.Length) + n) * classes + (i % classes);
        }
    }

    [Fact]
    public void Gradients_are_equal_to_the_bit_for_any_number_of_threads_and_no_step_allocates()
    {
        PackedSequences sequences = new([.. Enumerable.Range(0, 13).Select(n => 20 + (5 * n % 11))]);
        int[] counts = [.. Enumerable.Range(0, 13).Select(n => n % 8)];
        int[] labels = [.. Enumerable.Range(0, counts.Sum()).Select(i => 1 + (i * i % 29))];
        Tensor x = RecurrentTests.Wave(new Shape(sequences.RowCount, 30));
        List<float[]> found = [];
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            Tape tape = new();
            long least = long.MaxValue;
            for (int step = 0; step < 4; step++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Tensor watched = tape.Watch(x), loss = CtcLoss.Forward(tape, watched, sequences, labels, counts);
                tape.Backward(loss);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                if (step == 3)
                    found.Add([loss.Scalar, .. tape.Gradient(watched).Values]);
                tape.Reset();
            }

            Assert.Equal(0, least);
        }

        Assert.All(found, result => Assert.Equal(found[0], result));
    }

    [Fact]
    public void Long_sequences_and_large_scores_stay_numbers()
    {
        PackedSequences sequences = new([3000]);
        Tensor x = Tensor.From([.. Enumerable.Range(0, 9000).Select(i => i % 3 == (i / 3 % 2) ? 1e4f : -1e4f)], new Shape(3000, 3));
        Tape tape = new();
        Tensor watched = tape.Watch(x), loss = CtcLoss.Forward(tape, watched, sequences, Enumerable.Repeat(1, 1500).ToArray(), [1500], reduction: LossReduction.Sum);
        Assert.Equal(0, loss.Scalar, 1e-3);
        tape.Backward(loss);
        Assert.All(tape.Gradient(watched).Values.ToArray(), g => Assert.InRange(g, -1e-3, 1e-3));
        Tensor wrong = CtcLoss.Forward(new Tape(), x, sequences, [2], [1], reduction: LossReduction.Sum);
        Assert.True(float.IsFinite(wrong.Scalar) && wrong.Scalar > 1e4);
    }

    [Theory]
    [InlineData(new[] { 1, 1 }, new[] { 2, 0 }, 0, "cannot align sequence 0: its 2 labels need 3 steps")]
    [InlineData(new[] { 1 }, new[] { 1 }, 0, "how many labels it has, but got 1 numbers")]
    [InlineData(new[] { 1, 0 }, new[] { 1, 1 }, 0, "other than the blank, 0, but sequence 1 has it")]
    [InlineData(new[] { 1 }, new[] { 1, 1 }, 0, "there are 1 and sequence 1 has 1 behind the first 1")]
    [InlineData(new[] { 1, 2 }, new[] { 1, 0 }, 0, "as many labels as the sequences have, 1, but got 2")]
    [InlineData(new[] { 9 }, new[] { 1, 0 }, 0, "9")]
    [InlineData(new[] { 1 }, new[] { 1, 0 }, 3, "a blank from 0 to K - 1 = 2, but got 3")]
    public void What_does_not_fit_is_refused(int[] labels, int[] counts, int blank, string message) => Assert.Contains(
        message, Assert.ThrowsAny<ArgumentException>(() => CtcLoss.Forward(new Tape(), Tensor.Zeros(new Shape(4, 3)), new PackedSequences([2, 2]), labels, counts, blank)).Message);

    [Theory]
    [InlineData(3, 5, 0)]
    [InlineData(4, 4, 2)]
    public void A_wide_beam_finds_the_likeliest_labels_of_all(int classes, int steps, int blank)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            float[] x = [.. Enumerable.Range(0, steps * classes).Select(_ => (float)(4 * random.NextDouble()))];
            Dictionary<string, double> all = Said([.. x.Select(value => (double)value)], classes, steps, blank);
            KeyValuePair<string, double> best = all.MaxBy(pair => pair.Value);
            PackedSequences sequences = new([steps]);
            Tensor logits = Tensor.From(x, new Shape(steps, classes));
            (int[] labels, double log) = CtcDecoder.Beam(logits, sequences, 1000, blank)[0];
            Assert.Equal(best.Key, string.Join(' ', labels));
            Assert.Equal(Math.Log(best.Value), log, 1e-6);
            (int[] narrow, double less) = CtcDecoder.Beam(logits, sequences, 2, blank)[0];
            Assert.True(less <= Math.Log(all[string.Join(' ', narrow)]) + 1e-6);
            IEnumerable<int> path = Enumerable.Range(0, steps).Select(t => Enumerable.Range(0, classes).MaxBy(k => x[(t * classes) + k]));
            Assert.Equal(Collapsed(path, blank), string.Join(' ', CtcDecoder.BestPath(logits, sequences, blank)[0]));
        }

        Assert.Throws<ArgumentException>(() => CtcDecoder.Beam(Tensor.Zeros(new Shape(1, 2)), new PackedSequences([1]), 0));
    }

    [Theory]
    [InlineData("1 2 3", "1 2 3", 0)]
    [InlineData("1 2 3", "1 3", 1)]
    [InlineData("", "1 3", 2)]
    [InlineData("1 2 3 4", "2 3 5 4", 2)]
    public void Changes_are_counted(string right, string found, int changes)
    {
        Assert.Equal(changes, EditDistance.Of(Numbers(right), Numbers(found)));
        Assert.Equal(changes, EditDistance.Of(Numbers(found), Numbers(right)));
        Assert.Equal(changes / 7.0, EditDistance.ErrorRate([[.. Enumerable.Repeat(9, 7 - Numbers(right).Length)], Numbers(right)], [[.. Enumerable.Repeat(9, 7 - Numbers(right).Length)], Numbers(found)]), 1e-12);
        Assert.Throws<ArgumentException>(() => EditDistance.ErrorRate([[]], [[]]));
    }

    [Fact]
    public void Symbols_of_unknown_durations_are_learned()
    {
        // Each symbol lasts 2 to 5 steps, with noise; the network sees only which symbols there were.
        const int Symbols = 4;
        Random random = new(3);
        ParameterSet parameters = new();
        SequenceEncoder encoder = new(parameters, "encoder", new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 24 }, Bidirectional = true }, Symbols);
        Linear output = new(parameters, "output", encoder.OutputSize, Symbols + 1);
        parameters.Allocate(1);
        FunctionTask task = new(parameters, 250, (tape, _) =>
        {
            (int[][] labels, PackedSequences sequences, Tensor x) = Batch(16);
            return CtcLoss.Forward(tape, output.Forward(tape, encoder.Forward(tape, x, sequences)), sequences, [.. labels.SelectMany(own => own)], [.. labels.Select(own => own.Length)]);
        }, null, null);
        new Trainer(task, new TrainerOptions { Epochs = 1, LearningRate = 0.01f }).Run();
        (int[][] right, PackedSequences steps, Tensor input) = Batch(60);
        Tape inference = Tape.ForInference();
        Tensor logits = output.Forward(inference, encoder.Forward(inference, input, steps));
        double error = EditDistance.ErrorRate(right, CtcDecoder.BestPath(logits, steps));
        Assert.True(error < 0.03, $"{error}");
        Assert.True(EditDistance.ErrorRate(right, [.. CtcDecoder.Beam(logits, steps, 8).Select(found => found.Labels)]) < 0.03);

        (int[][] Labels, PackedSequences Sequences, Tensor X) Batch(int count)
        {
            int[][] labels = new int[count][];
            List<int>[] shown = new List<int>[count];
            for (int n = 0; n < count; n++)
            {
                labels[n] = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => 1 + random.Next(Symbols))];
                shown[n] = [];
                foreach (int label in labels[n])
                    shown[n].AddRange([.. Enumerable.Repeat(label, random.Next(2, 6)), 0]);
            }

            PackedSequences sequences = new([.. shown.Select(steps => steps.Count)]);
            Tensor x = Tensor.Zeros(new Shape(sequences.RowCount, Symbols));
            for (int n = 0; n < count; n++)
            {
                for (int t = 0; t < shown[n].Count; t++)
                {
                    for (int k = 0; k < Symbols; k++)
                        x.Span[(sequences.Row(t, n) * Symbols) + k] = (shown[n][t] == k + 1 ? 1 : 0) + (0.3f * (float)(random.NextDouble() - 0.5));
                }
            }

            return (labels, sequences, x);
        }
    }

    private static int[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    private static double[] Own(double[] x, int[] rows, int classes) => [.. rows.SelectMany(row => x.AsSpan(row * classes, classes).ToArray())];

    private static string Collapsed(IEnumerable<int> path, int blank)
    {
        int[] all = [.. path];
        return string.Join(' ', all.Where((label, t) => label != blank && (t == 0 || label != all[t - 1])));
    }

    /// <summary>What all paths together say, each with its probability.</summary>
    private static Dictionary<string, double> Said(double[] x, int classes, int steps, int blank)
    {
        Dictionary<string, double> said = [];
        for (int number = 0; number < Math.Pow(classes, steps); number++)
        {
            int[] path = [.. Enumerable.Range(0, steps).Select(t => number / (int)Math.Pow(classes, t) % classes)];
            double probability = 1;
            for (int t = 0; t < steps; t++)
                probability *= Math.Exp(x[(t * classes) + path[t]]) / Enumerable.Range(0, classes).Sum(k => Math.Exp(x[(t * classes) + k]));
            string labels = Collapsed(path, blank);
            said[labels] = said.GetValueOrDefault(labels) + probability;
        }

        return said;
    }
}
