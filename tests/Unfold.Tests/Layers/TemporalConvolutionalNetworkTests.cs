using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class TemporalConvolutionalNetworkTests
{
    /// <summary>C, H, levels, kernel: below and above the width where convolutions go over channels, with and without a convolution past the block.</summary>
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 3, 5, 3, 2 },
        { 6, 6, 2, 3 },
        { 1, 25, 3, 7 },
        { 40, 40, 2, 4 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Split_and_carry_equals_the_whole_to_the_bit(int inputs, int channels, int levels, int kernel)
    {
        (TemporalConvolutionalNetwork tcn, _) = Build(inputs, channels, levels, kernel);
        Tensor x = Wave(new Shape(37, 3, inputs));
        Tape tape = Tape.ForInference();
        (Tensor whole, RecurrentState end) = tcn.Forward(tape, x);
        List<float> parts = [];
        RecurrentState? state = null;
        foreach ((int first, int count) in new[] { (0, 4), (4, 1), (5, 20), (25, 1), (26, 11) })
        {
            (Tensor part, state) = tcn.Forward(tape, x.Slice(first, count), state);
            parts.AddRange(part.Values.ToArray());
        }

        Assert.Equal(whole.Values.ToArray(), parts);
        for (int i = 0; i < end.Tensors.Count; i++)
            Assert.Equal(end.Tensors[i].Values.ToArray(), state!.Tensors[i].Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Streaming_step_by_step_equals_the_whole_to_the_bit(int inputs, int channels, int levels, int kernel)
    {
        (TemporalConvolutionalNetwork tcn, _) = Build(inputs, channels, levels, kernel);
        Tensor x = Wave(new Shape(60, 2, inputs));
        float[] whole = tcn.Forward(Tape.ForInference(), x).Output.Values.ToArray();
        RecurrentState state = tcn.InitialState(2), inPlace = tcn.InitialState(2);
        Tensor output = Tensor.Zeros(new Shape(2, channels));
        for (int t = 0; t < 60; t++)
        {
            Tensor step = x.Slice(t, 1).Reshape(2, inputs);
            (Tensor y, state) = tcn.Step(step, state);
            tcn.Step(step, inPlace, inPlace, output);
            Assert.Equal(whole.AsSpan(t * 2 * channels, 2 * channels).ToArray(), y.Values.ToArray());
            Assert.Equal(y.Values.ToArray(), output.Values.ToArray());
        }
    }

    [Fact]
    public void A_later_input_changes_no_earlier_output_and_an_input_reaches_as_far_as_is_said()
    {
        (TemporalConvolutionalNetwork tcn, _) = Build(2, 30, 2, 3);
        Assert.Equal(1 + 2 * 2 * 3, tcn.ReceptiveField);
        float[] before = tcn.Forward(Tape.ForInference(), Wave(new Shape(40, 1, 2))).Output.Values.ToArray();
        float[] values = Wave(new Shape(40, 1, 2)).Values.ToArray();
        values[2 * 11] += 50;
        float[] after = tcn.Forward(Tape.ForInference(), Tensor.From(values, new Shape(40, 1, 2))).Output.Values.ToArray();
        int[] changed = [.. Enumerable.Range(0, 40).Where(t => !before.AsSpan(t * 30, 30).SequenceEqual(after.AsSpan(t * 30, 30)))];
        Assert.Equal(11, changed[0]);
        Assert.Equal(11 + (int)tcn.ReceptiveField - 1, changed[^1]);
    }

    [Fact]
    public void It_equals_its_equation_written_with_plain_sums()
    {
        (TemporalConvolutionalNetwork tcn, ParameterSet parameters) = Build(2, 3, 2, 3);
        Tensor x = Wave(new Shape(12, 1, 2));
        float[] found = tcn.Forward(Tape.ForInference(), x).Output.Values.ToArray();
        double[,] y = new double[2, 12];
        for (int t = 0; t < 12; t++)
            (y[0, t], y[1, t]) = (x.Values[2 * t], x.Values[2 * t + 1]);
        for (int level = 0; level < 2; level++)
        {
            double[,] inner = Relu(Convolve(Relu(Convolve(y, $"l{level}.conv1", 1 << level)), $"l{level}.conv2", 1 << level));
            double[,] beside = level == 0 ? Convolve(y, "l0.downsample", 1) : y;
            for (int i = 0; i < 3; i++)
            {
                for (int t = 0; t < 12; t++)
                    inner[i, t] += beside[i, t];
            }

            y = Relu(inner);
        }

        for (int t = 0; t < 12; t++)
        {
            for (int i = 0; i < 3; i++)
                Assert.Equal(y[i, t], found[t * 3 + i], 1e-5);
        }

        double[,] Convolve(double[,] input, string name, int dilation)
        {
            Tensor weight = Value(name + ".weight"), bias = Value(name + ".bias");
            (int outputs, int inputs, int kernel) = (weight.Shape[0], weight.Shape[1], weight.Shape[2]);
            double[,] result = new double[outputs, 12];
            for (int o = 0; o < outputs; o++)
            {
                for (int t = 0; t < 12; t++)
                {
                    result[o, t] = bias.Values[o];
                    for (int c = 0; c < inputs; c++)
                    {
                        for (int k = 0; k < kernel; k++)
                        {
                            int at = t - (kernel - 1 - k) * dilation;
                            result[o, t] += at < 0 ? 0 : weight.Values[(o * inputs + c) * kernel + k] * input[c, at];
                        }
                    }
                }
            }

            return result;
        }

        Tensor Value(string name) => parameters["tcn." + name].Value;

        static double[,] Relu(double[,] values)
        {
            for (int i = 0; i < values.GetLength(0); i++)
            {
                for (int t = 0; t < values.GetLength(1); t++)
                    values[i, t] = Math.Max(0, values[i, t]);
            }

            return values;
        }
    }

    [Fact]
    public void Training_and_streaming_allocate_nothing_after_the_first_steps()
    {
        (TemporalConvolutionalNetwork tcn, ParameterSet parameters) = Build(4, 8, 3, 3, 0.1f);
        Tensor x = Wave(new Shape(20, 4, 4)), gradient = Wave(new Shape(20, 4, 8)), step = Wave(new Shape(4, 4)), output = Tensor.Zeros(new Shape(4, 8));
        Tape tape = new(1);
        RecurrentState state = tcn.InitialState(4);
        Tensor[] outputs = new Tensor[1], gradients = [gradient];
        Assert.Equal(0, LeastAllocated(() =>
        {
            parameters.ZeroGradients();
            outputs[0] = tcn.Forward(tape, x, null, state);
            tape.Backward(outputs, gradients);
            tape.Reset();
        }));
        Assert.Equal(0, LeastAllocated(() => tcn.Step(step, state, state, output)));
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences_with_a_carried_state_too()
    {
        (TemporalConvolutionalNetwork tcn, ParameterSet parameters) = Build(2, 4, 2, 2);

        // Biases that keep each relu open or shut: between its corners the network is linear in each weight, and differences are exact at any step.
        foreach (Parameter bias in parameters.All.Where(parameter => parameter.Name.EndsWith("bias", StringComparison.Ordinal)))
        {
            for (int i = 0; i < bias.Shape.Length; i++)
                bias.Value.Span[i] = i == 1 && !bias.Name.Contains("downsample", StringComparison.Ordinal) ? -30 : 5;
        }

        Tensor x = Wave(new Shape(6, 2, 2)), weights = Wave(new Shape(6, 2, 4));
        RecurrentState start = tcn.Forward(Tape.ForInference(), Wave(new Shape(5, 2, 2))).State, next = tcn.InitialState(2);
        foreach (RecurrentState? state in new[] { null, start })
        {
            parameters.ZeroGradients();
            Tape tape = new(1);
            Tensor[] outputs = [tcn.Forward(tape, x, state, next)];
            tape.Backward(outputs, [weights]);
            foreach (Parameter parameter in parameters.All)
            {
                for (int i = 0; i < parameter.Shape.Length; i++)
                {
                    const float step = 0.05f;
                    float value = parameter.Value.Values[i];
                    parameter.Value.Span[i] = value + step;
                    double above = Loss(state);
                    parameter.Value.Span[i] = value - step;
                    double below = Loss(state);
                    parameter.Value.Span[i] = value;
                    Assert.Equal((above - below) / (2 * step), parameter.Gradient.Values[i], 1e-2);
                }
            }
        }

        double Loss(RecurrentState? state)
        {
            ReadOnlySpan<float> y = tcn.Forward(Tape.ForInference(), x, state, next).Values;
            double sum = 0;
            for (int i = 0; i < y.Length; i++)
                sum += (double)y[i] * weights.Values[i];
            return sum;
        }
    }

    [Fact]
    public void Wrong_sizes_are_told()
    {
        (TemporalConvolutionalNetwork tcn, _) = Build(2, 4, 2, 3);
        Assert.Equal("TemporalConvolutionalNetwork(2 -> 4, 2 levels, kernel 3)  # 196 parameters", tcn.ToString());
        Assert.StartsWith("TemporalConvolutionalNetwork 'tcn' expects x [T, N, C=2], but got [3, 1, 5].",
            Assert.Throws<ArgumentException>(() => tcn.Forward(Tape.ForInference(), Wave(new Shape(3, 1, 5)))).Message);
        Assert.Contains("[N, C, d(k - 1)] = [2, 2, 2], but got [1, 2, 2]",
            Assert.Throws<ArgumentException>(() => tcn.Forward(Tape.ForInference(), Wave(new Shape(3, 2, 2)), tcn.InitialState(1))).Message);
        Assert.Contains("kernel of 2 to 1024", Assert.Throws<ArgumentException>(() => Build(2, 4, 2, 1)).Message);
    }

    private static long LeastAllocated(Action action)
    {
        for (int i = 0; i < 30; i++)
            action();
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - start);
        }

        return least;
    }

    private static (TemporalConvolutionalNetwork Tcn, ParameterSet Parameters) Build(int inputs, int channels, int levels, int kernel, float dropout = 0)
    {
        ParameterSet parameters = new();
        TemporalConvolutionalNetwork tcn = new(parameters, "tcn", inputs, channels, levels, kernel, dropout);
        parameters.Allocate(5);
        return (tcn, parameters);
    }

    private static Tensor Wave(Shape shape) => Tensor.From([.. Enumerable.Range(0, shape.Length).Select(i => MathF.Sin(i * 0.7f + 0.3f * (i % 5)))], shape);
}
