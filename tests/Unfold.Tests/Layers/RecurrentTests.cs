using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class RecurrentTests
{
    public static TheoryData<string> Cells => ["lstm", "gru", "gru_reset_after", "rnn", "peephole", "mut1", "lstm_layer_norm", "skip", "lstmp"];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Split_and_carry_equals_the_whole_to_the_bit(string name)
    {
        (Recurrent rnn, _) = Build(name, 12, 20);
        Tensor x = Wave(new Shape(9, 5, rnn.InputSize));
        Tape tape = Tape.ForInference();
        (Tensor whole, RecurrentState end) = rnn.Forward(tape, x);
        float[] expected = whole.Values.ToArray();

        var parts = new List<float>();
        RecurrentState state = rnn.InitialState(5);
        foreach ((int first, int count) in new[] { (0, 4), (4, 1), (5, 0), (5, 4) })
        {
            (Tensor part, state) = rnn.Forward(tape, x.Slice(first, count), state);
            parts.AddRange(part.Values.ToArray());
        }

        Assert.Equal(expected, parts);
        AssertEqual(end, state);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_batch_equals_its_sequences_one_by_one_to_the_bit(string name)
    {
        (Recurrent rnn, _) = Build(name, 7, 33);
        const int steps = 4, rows = 27;
        Tensor x = Wave(new Shape(steps, rows, rnn.InputSize));
        Tape tape = Tape.ForInference();
        float[] batch = rnn.Forward(tape, x).Output.Values.ToArray();
        for (int n = 0; n < rows; n++)
        {
            var one = new float[steps * rnn.InputSize];
            for (int t = 0; t < steps; t++)
                x.Values.Slice((t * rows + n) * rnn.InputSize, rnn.InputSize).CopyTo(one.AsSpan(t * rnn.InputSize));
            ReadOnlySpan<float> alone = rnn.Forward(tape, Tensor.From(one, new Shape(steps, 1, rnn.InputSize))).Output.Values;
            for (int t = 0; t < steps; t++)
            {
                Assert.Equal(
                    batch.AsSpan((t * rows + n) * rnn.OutputSize, rnn.OutputSize).ToArray(), alone.Slice(t * rnn.OutputSize, rnn.OutputSize).ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Streaming_step_by_step_equals_the_whole_to_the_bit(string name)
    {
        (Recurrent rnn, _) = Build(name, 6, 18);
        Tensor x = Wave(new Shape(5, 2, rnn.InputSize));
        float[] whole = rnn.Forward(Tape.ForInference(), x).Output.Values.ToArray();
        RecurrentState state = rnn.InitialState(2);
        for (int t = 0; t < 5; t++)
        {
            (Tensor y, state) = rnn.Step(x.Slice(t, 1).Reshape(2, rnn.InputSize), state);
            Assert.Equal(whole.AsSpan(t * 2 * rnn.OutputSize, 2 * rnn.OutputSize).ToArray(), y.Values.ToArray());
        }
    }

    [Fact]
    public void Training_allocates_nothing_after_the_first_steps()
    {
        (Recurrent rnn, ParameterSet parameters) = Build("lstm", 16, 24);
        Tensor x = Wave(new Shape(6, 8, 16)), gradient = Wave(new Shape(6, 8, 24));
        var tape = new Tape(1);
        RecurrentState state = rnn.InitialState(8);
        Tensor[] outputs = new Tensor[1], gradients = [gradient];
        for (int i = 0; i < 30; i++)
            Step();

        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            Step();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - start);
        }

        Assert.Equal(0, least);

        void Step()
        {
            parameters.ZeroGradients();
            outputs[0] = rnn.Forward(tape, x, state, state);
            tape.Backward(outputs, gradients);
            tape.Reset();
        }
    }

    [Fact]
    public void A_step_in_place_equals_the_other_and_allocates_nothing()
    {
        (Recurrent rnn, _) = Build("lstm", 16, 24);
        Tensor x = Wave(new Shape(1, 16)), y = Tensor.Zeros(new Shape(1, 24));
        RecurrentState state = rnn.InitialState(1), expected = rnn.InitialState(1);
        for (int i = 0; i < 3; i++)
        {
            (Tensor output, expected) = rnn.Step(x, expected);
            rnn.Step(x, state, state, y);
            Assert.Equal(output.Values.ToArray(), y.Values.ToArray());
            AssertEqual(expected, state);
        }

        long least = long.MaxValue;
        for (int i = 0; i < 60; i++)
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            rnn.Step(x, state, state, y);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - start);
        }

        Assert.Equal(0, least);
        Assert.Contains("expects x [N, C=16]", Assert.Throws<ArgumentException>(() => rnn.Step(x, state, state, x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learned_initial_state_gets_the_sum_over_the_batch()
    {
        Cell cell = Cell.Parse("h' = tanh(W x + U h)\ninit h = learned");
        var parameters = new ParameterSet();
        var rnn = new Recurrent(parameters, "rnn", cell, 3, 4);
        parameters.Allocate(1);
        Tensor x = Wave(new Shape(3, 6, 3));
        var tape = new Tape();
        (Tensor y, _) = rnn.Forward(tape, x);
        tape.Backward([y], [Wave(y.Shape)]);
        float[] learned = parameters["rnn.l0.h0"].Gradient.Values.ToArray();

        // By central differences on the learned state itself.
        for (int i = 0; i < 4; i++)
        {
            double Loss(float h)
            {
                parameters["rnn.l0.h0"].Value.Span[i] = h;
                ReadOnlySpan<float> values = rnn.Forward(Tape.ForInference(), x).Output.Values, weights = Wave(y.Shape).Values;
                double sum = 0;
                for (int j = 0; j < values.Length; j++)
                    sum += (double)values[j] * weights[j];
                return sum;
            }

            double slope = (Loss(0.01f) - Loss(-0.01f)) / 0.02;
            Loss(0);
            Assert.Equal(slope, learned[i], 1e-3);
        }
    }

    [Theory]
    [InlineData(64, 32)]
    [InlineData(2, 200)]
    public void A_state_may_be_carried_in_place(int batch, int hiddenSize)
    {
        (Recurrent rnn, _) = Build("lstm", 6, hiddenSize);
        Tensor x = Wave(new Shape(5, batch, 6));
        (Tensor whole, RecurrentState expected) = rnn.Forward(Tape.ForInference(), x);
        float[] output = whole.Values.ToArray();

        RecurrentState state = rnn.InitialState(batch);
        int done = 0;
        foreach (int steps in (int[])[2, 0, 1, 2])
        {
            Tensor part = rnn.Forward(Tape.ForInference(), x.Slice(done, steps), state, state);
            Assert.Equal(output.AsSpan(done * batch * hiddenSize, part.Values.Length), part.Values);
            done += steps;
        }

        Assert.All(state.Tensors.Zip(expected.Tensors), pair => Assert.Equal(pair.Second.Values, pair.First.Values));
    }

    [Fact]
    public void Skip_connections_add_the_input_of_the_layers_above_the_first()
    {
        var parameters = new ParameterSet();
        var stack = new Recurrent(parameters, "rnn", Cell.Named("rnn"), 5, 5, layers: 2, skipConnections: true);
        parameters.Allocate(2);
        Tensor x = Wave(new Shape(3, 2, 5));
        float[] actual = stack.Forward(Tape.ForInference(), x).Output.Values.ToArray();

        var rows = new SequenceRows();
        rows.Set(3, 2);
        Tensor lower = stack.Layers[0].Forward(Tape.ForInference(), x.Reshape(6, 5), rows, [], [], null, false).Copy();
        ReadOnlySpan<float> upper = stack.Layers[1].Forward(Tape.ForInference(), lower, rows, [], [], null, false).Values;
        Assert.Equal(upper.ToArray().Zip(lower.Values.ToArray(), (u, l) => u + l), actual);
    }

    [Fact]
    public void Wrong_shapes_say_who_expected_what()
    {
        (Recurrent rnn, _) = Build("lstm", 28, 8);
        string message = Assert.Throws<ArgumentException>(() => rnn.Forward(Tape.ForInference(), Tensor.Zeros(new Shape(64, 50, 32)))).Message;
        Assert.Contains("expects x [T, N, C=28], but got [64, 50, 32]", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(
            () => rnn.Forward(Tape.ForInference(), Tensor.Zeros(new Shape(2, 3, 28)), rnn.InitialState(4))).Message;
        Assert.Contains("N is the batch of x", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => new Recurrent(new ParameterSet(), "a", Cell.Named("mut1"), 3, 4)).Message;
        Assert.Contains("expects C = H", message, StringComparison.Ordinal);
    }

    internal static (Recurrent Rnn, ParameterSet Parameters) Build(string name, int inputSize, int hiddenSize, float dropout = 0)
    {
        Cell cell = Cell.Named(name);
        var parameters = new ParameterSet();
        int size = cell.NeedsEqualSizes ? hiddenSize : inputSize;
        int layers = cell.NeedsEqualSizes || name == "lstmp" ? 1 : 2;
        var rnn = new Recurrent(parameters, "rnn", cell, size, hiddenSize, layers, dropout);
        parameters.Allocate(9);
        return (rnn, parameters);
    }

    private static void AssertEqual(RecurrentState expected, RecurrentState actual)
    {
        for (int i = 0; i < expected.Tensors.Count; i++)
            Assert.Equal(expected.Tensors[i].Values.ToArray(), actual.Tensors[i].Values.ToArray());
    }

    internal static Tensor Wave(Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Length; i++)
            tensor.Span[i] = (float)Math.Sin(0.9 * i + 0.003 * i * i);
        return tensor;
    }
}
