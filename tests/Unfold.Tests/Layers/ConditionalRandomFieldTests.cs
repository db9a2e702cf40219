using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Layers;
using Unfold.Tensors;
using Unfold.Tests.Autodiff.Operations;

namespace Unfold.Tests.Layers;

public sealed class ConditionalRandomFieldTests
{
    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(1, new[] { 3, 1 })]
    [InlineData(2, new[] { 1, 4 })]
    [InlineData(3, new[] { 2, 5, 1, 5 })]
    [InlineData(4, new[] { 4 })]
    public void The_reference_equals_the_sum_over_all_paths(int labels, int[] lengths)
    {
        Random random = new(labels);
        foreach (int length in lengths)
        {
            double[] x = Numbers(random, length * labels), start = Numbers(random, labels), end = Numbers(random, labels), w = Numbers(random, labels * labels);
            int[] right = [.. Enumerable.Range(0, length).Select(_ => random.Next(labels))];
            double all = Math.Log(Paths(labels, length).Sum(path => Math.Exp(Score(path, x, start, end, w))));
            Assert.Equal(all - Score(right, x, start, end, w), ReferenceMath<double>.LinearChain(x, start, end, w, right), 1e-10);
        }
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 4 })]
    [InlineData(3, new[] { 2, 5, 1, 5 })]
    [InlineData(9, new[] { 3, 1, 7 })]
    [InlineData(17, new[] { 2, 9, 9 })]
    [InlineData(33, new[] { 40, 1 })]
    public void Loss_and_gradients_equal_the_reference(int labels, int[] lengths)
    {
        PackedSequences sequences = new(lengths);
        Random random = new(5);
        int steps = sequences.RowCount;
        int[] right = [.. Enumerable.Range(0, steps).Select(_ => random.Next(labels))];
        int[][] rows = [.. lengths.Select((length, n) => Enumerable.Range(0, length).Select(t => sequences.Row(t, n)).ToArray())];
        new OperationCase(new Shape(steps, labels), new Shape(labels), new Shape(labels), new Shape(labels, labels))
        {
            Tape = (tape, x) => LinearChainOperation.Loss(tape, x[0], x[1], x[2], x[3], right, sequences),
            Forward = (x, y) => y[0] = rows.Sum(own => ReferenceMath<double>.LinearChain(Own(x[0], own, labels), x[1], x[2], x[3], [.. own.Select(row => right[row])])) / steps,
            Backward = (d, x, y, g) =>
            {
                foreach (int[] own in rows)
                {
                    double[] dx = new double[own.Length * labels];
                    ReferenceMath<double>.LinearChainBackward(d[0] / steps, Own(x[0], own, labels), x[1], x[2], x[3], [.. own.Select(row => right[row])], dx, g[1], g[2], g[3]);
                    for (int i = 0; i < dx.Length; i++)
                        g[0][(own[i / labels] * labels) + (i % labels)] += dx[i];
                }
            },
            Length = 1,
            CheckReference = labels < 10,
        }.Verify();
    }

    [Fact]
    public void Long_sequences_and_large_scores_stay_numbers()
    {
        ParameterSet parameters = new();
        ConditionalRandomField crf = new(parameters, "crf", 3);
        parameters.Allocate(1);
        PackedSequences sequences = new([2000]);
        Tape tape = new();
        Tensor scores = tape.Watch(Tensor.From([.. Enumerable.Range(0, 6000).Select(i => i % 3 == 1 ? 1e6f : -1e6f)], new Shape(2000, 3)));
        Tensor loss = crf.Loss(tape, scores, Enumerable.Repeat(1, 2000).ToArray(), sequences);
        Assert.Equal(0, loss.Scalar, 1e-6);
        tape.Backward(loss);
        Assert.All(tape.Gradient(scores).Values.ToArray(), g => Assert.InRange(g, -1e-6, 1e-6));
    }

    [Fact]
    public void Equal_scores_give_every_path_its_share()
    {
        ParameterSet parameters = new();
        ConditionalRandomField crf = new(parameters, "crf", 5);
        parameters.Allocate(1);
        parameters.Values.Clear();
        PackedSequences sequences = new([700, 3]);
        Tensor loss = crf.Loss(new Tape(), Tensor.Zeros(new Shape(703, 5)), new int[703], sequences);
        Assert.Equal(Math.Log(5), loss.Scalar, 1e-6);
    }

    [Theory]
    [InlineData(2, new[] { 1, 4 })]
    [InlineData(3, new[] { 5, 2, 5, 1 })]
    [InlineData(4, new[] { 4, 3 })]
    public void Decoding_finds_the_best_of_all_paths(int labels, int[] lengths)
    {
        ParameterSet parameters = new();
        ConditionalRandomField crf = new(parameters, "crf", labels);
        parameters.Allocate(1);
        Random random = new(9);
        foreach (ref float value in parameters.Values)
            value = (float)random.NextDouble();
        PackedSequences sequences = new(lengths);
        double[] x = Numbers(random, sequences.RowCount * labels);
        int[] found = new int[sequences.RowCount];
        double sum = crf.Decode(Tensor.From([.. x.Select(v => (float)v)], new Shape(sequences.RowCount, labels)), sequences, found);
        double expected = 0;
        for (int n = 0; n < lengths.Length; n++)
        {
            int[] rows = [.. Enumerable.Range(0, lengths[n]).Select(t => sequences.Row(t, n))];
            double[] start = Values(crf, 0), end = Values(crf, 1), w = Values(crf, 2), own = Own(x, rows, labels);
            int[] best = Paths(labels, lengths[n]).MaxBy(path => Score(path, own, start, end, w))!;
            Assert.Equal(best, rows.Select(row => found[row]));
            expected += Score(best, own, start, end, w);
        }

        Assert.Equal(expected, sum, 1e-5);
    }

    [Fact]
    public void Rules_of_spans_are_kept_when_decoding()
    {
        string[] labels = ["O", "B-X", "I-X", "B-Y", "I-Y"];
        LabelRules rules = LabelRules.Spans(labels);
        Assert.False(rules.MayBegin(2));
        Assert.True(rules.MayFollow(2, 2));
        Assert.True(rules.MayFollow(1, 2));
        Assert.False(rules.MayFollow(3, 2));
        Assert.False(rules.MayFollow(0, 4));
        ParameterSet parameters = new();
        ConditionalRandomField crf = new(parameters, "crf", 5);
        parameters.Allocate(1);
        parameters.Values.Clear();
        Tensor scores = Tensor.From([0, 0, 9, 0, 0, 0, 0, 0, 0, 5, 0, 1, 0, 0, 4], new Shape(3, 5));
        int[] found = new int[3];
        crf.Decode(scores, new PackedSequences([3]), found);
        Assert.Equal([2, 4, 4], found);
        crf.Decode(scores, new PackedSequences([3]), found, rules);
        Assert.Equal([3, 4, 4], found);
    }

    [Fact]
    public void After_the_first_step_nothing_is_allocated()
    {
        ParameterSet parameters = new();
        ConditionalRandomField crf = new(parameters, "crf", 7);
        parameters.Allocate(1);
        PackedSequences sequences = new([9, 4, 4]);
        Tape tape = new();
        Tensor x = Tensor.Zeros(new Shape(17, 7));
        int[] right = new int[17];
        long Step()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            tape.Backward(crf.Loss(tape, x, right, sequences));
            tape.Reset();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Step();
        Step();
        Assert.Equal(0, Step());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        ParameterSet parameters = new();
        ConditionalRandomField crf = new(parameters, "crf", 3);
        parameters.Allocate(1);
        PackedSequences sequences = new([2]);
        Assert.Contains("[S=2, K=3]", Assert.Throws<ArgumentException>(() => crf.Loss(new Tape(), Tensor.Zeros(new Shape(2, 4)), [0, 1], sequences)).Message);
        Assert.Contains("index 1 is 3", Assert.Throws<ArgumentException>(() => crf.Loss(new Tape(), Tensor.Zeros(new Shape(2, 3)), [0, 3], sequences)).Message);
        Assert.Contains("none for label 1", Assert.Throws<ArgumentException>(() => new LabelRules(2, _ => true, (i, _) => i == 0)).Message);
    }

    private static double[] Values(ConditionalRandomField crf, int parameter) => [.. crf.Parameters[parameter].Value.Values.ToArray().Select(v => (double)v)];

    private static double[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 4) - 2))];

    private static double[] Own(double[] x, int[] rows, int labels) => [.. rows.SelectMany(row => x[(row * labels)..((row + 1) * labels)])];

    private static IEnumerable<int[]> Paths(int labels, int length)
    {
        for (int number = 0; number < (int)Math.Pow(labels, length); number++)
        {
            int rest = number;
            int[] path = new int[length];
            for (int t = 0; t < length; t++)
                (path[t], rest) = (rest % labels, rest / labels);
            yield return path;
        }
    }

    private static double Score(int[] path, double[] x, double[] start, double[] end, double[] w)
    {
        double sum = start[path[0]] + end[path[^1]];
        for (int t = 0; t < path.Length; t++)
            sum += x[(t * start.Length) + path[t]] + (t > 0 ? w[(path[t - 1] * start.Length) + path[t]] : 0);
        return sum;
    }
}
