using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

/// <summary>Sequences of different lengths in one batch, against each of them alone.</summary>
public sealed class SequenceLengthTests
{
    private static readonly int[] Lengths = [3, 9, 1, 9, 5, 2, 8, 1, 7, 4, 6, 3];

    public static TheoryData<string> Cells => ["lstm", "gru", "rnn", "peephole", "mut1", "lstm_layer_norm", "skip", "lstmp", "indrnn", "echo_state"];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Forward_equals_one_by_one_to_the_bit(string name)
    {
        foreach (int hidden in new[] { 6, 40, 130 })
        {
            (Recurrent rnn, _) = Build(name, 7, hidden);
            Tensor x = Wave(new Shape(10, Lengths.Length, rnn.InputSize));
            RecurrentState start = rnn.InitialState(Lengths.Length);
            foreach (Tensor state in start.Tensors)
                Wave(state.Shape).Values.CopyTo(state.Span);
            (Tensor output, RecurrentState end) = rnn.Forward(Tape.ForInference(), x, Lengths, start);
            Assert.Equal(new Shape(10, Lengths.Length, rnn.OutputSize), output.Shape);
            for (int n = 0; n < Lengths.Length; n++)
            {
                (Tensor alone, RecurrentState last) = rnn.Forward(Tape.ForInference(), One(x, n, Lengths[n]), One(start, n));
                Assert.Equal(alone.Values.ToArray(), One(output, n, Lengths[n]).Values.ToArray());
                Assert.All(One(output, n, 10).Values[alone.Values.Length..].ToArray(), value => Assert.Equal(0f, value));
                Assert.Equal(Numbers(last), Numbers(One(end, n)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Gradients_are_the_sums_of_those_one_by_one(string name)
    {
        foreach (int[] lengths in new int[][] { Lengths, [.. Lengths, .. Lengths, .. Lengths] })
        {
            (Recurrent rnn, ParameterSet parameters) = Build(name, 7, 40);
            Tensor x = Wave(new Shape(9, lengths.Length, rnn.InputSize)), gradient = Wave(new Shape(9, lengths.Length, rnn.OutputSize));
            var tape = new Tape(3) { Training = false };
            Tensor watched = tape.Watch(x);
            parameters.ZeroGradients();
            tape.Backward([rnn.Forward(tape, watched, lengths).Output], [gradient]);
            float[] together = parameters.Gradients.ToArray();
            Tensor ofInput = tape.Gradient(watched).Copy();

            parameters.ZeroGradients();
            for (int n = 0; n < lengths.Length; n++)
            {
                var own = new Tape(3) { Training = false };
                Tensor one = own.Watch(One(x, n, lengths[n]));
                own.Backward([rnn.Forward(own, one).Output], [One(gradient, n, lengths[n])]);
                AssertClose(own.Gradient(one).Values.ToArray(), One(ofInput, n, lengths[n]).Values.ToArray());
                Assert.All(One(ofInput, n, 9).Values[one.Values.Length..].ToArray(), value => Assert.Equal(0f, value));
            }

            AssertClose(parameters.Gradients.ToArray(), together);
        }
    }

    /// <summary>A mask belongs to a sequence, not to its place among the sorted.</summary>
    [Theory]
    [InlineData("lstm_dropout")]
    [InlineData("lstm_zoneout")]
    [InlineData("gru")]
    public void Equal_lengths_equal_the_plain_batch_to_the_bit_with_masks(string name)
    {
        (Recurrent rnn, ParameterSet parameters) = Build(name, 8, 40, layers: 2, dropout: 0.4f);
        Tensor x = Wave(new Shape(6, 5, rnn.InputSize)), gradient = Wave(new Shape(6, 5, rnn.OutputSize));
        float[] plain = Train(tape => rnn.Forward(tape, x).Output);
        Assert.Equal(plain, Train(tape => rnn.Forward(tape, x, [6, 6, 6, 6, 6]).Output));

        // The first two steps of every sequence have the masks that they have in the whole batch.
        var whole = new Tape(3) { Step = 4 };
        var part = new Tape(3) { Step = 4 };
        Tensor all = rnn.Forward(whole, x).Output, some = rnn.Forward(part, x, [2, 6, 3, 4, 2]).Output;
        Assert.Equal(all.Slice(0, 2).Values.ToArray(), some.Slice(0, 2).Values.ToArray());

        float[] Train(Func<Tape, Tensor> forward)
        {
            var tape = new Tape(3) { Step = 4 };
            parameters.ZeroGradients();
            tape.Backward([forward(tape)], [gradient]);
            return parameters.Gradients.ToArray();
        }
    }

    [Theory]
    [InlineData(new[] { 3, 2 }, "expects a length for each of the N = 3 sequences")]
    [InlineData(new[] { 3, 0, 1 }, "sequence 1 has 0")]
    [InlineData(new[] { 3, 2, 5 }, "lengths of 1 to T = 4, but sequence 2 has 5")]
    public void Wrong_lengths_are_refused(int[] lengths, string text)
    {
        (Recurrent rnn, _) = Build("gru", 2, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(() => rnn.Forward(Tape.ForInference(), Tensor.Zeros(new Shape(4, 3, 2)), lengths));
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    private static (Recurrent Layer, ParameterSet Parameters) Build(string name, int inputSize, int hiddenSize, int layers = 1, float dropout = 0)
    {
        Cell cell = Cell.Named(name);
        var parameters = new ParameterSet();
        int size = cell.NeedsEqualSizes ? hiddenSize : inputSize;
        var rnn = new Recurrent(parameters, "rnn", cell, size, hiddenSize, layers, dropout);
        parameters.Allocate(5);
        return (rnn, parameters);
    }

    /// <summary>The first steps of one sequence of a batch, [T, 1, C].</summary>
    private static Tensor One(Tensor x, int n, int steps)
    {
        int width = x.Shape[2];
        Tensor one = Tensor.Zeros(new Shape(steps, 1, width));
        for (int t = 0; t < steps; t++)
            x.Values.Slice((t * x.Shape[1] + n) * width, width).CopyTo(one.Span[(t * width)..]);
        return one;
    }

    private static RecurrentState One(RecurrentState state, int n) => new([.. state.Tensors.Select(t => t.Slice(n, 1).Copy())]);

    private static float[] Numbers(RecurrentState state) => [.. state.Tensors.SelectMany(t => t.Values.ToArray())];

    /// <summary>Sums over rows are cut at other places, so the last bits differ.</summary>
    private static void AssertClose(float[] expected, float[] actual)
    {
        float bound = 1e-5f * (expected.Max(Math.Abs) + 1e-2f);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= bound, $"[{i}] is {actual[i]}, one by one {expected[i]} (bound {bound}).");
    }

    private static Tensor Wave(Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Length; i++)
            tensor.Span[i] = (float)Math.Sin(0.9 * i + 0.003 * i * i);
        return tensor;
    }
}
