using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

/// <summary>Encoders of one direction and of both: sequences of different lengths against each alone, and readings against what they are defined by.</summary>
public sealed class SequenceEncoderTests
{
    private static readonly int[] Lengths = [3, 9, 1, 9, 5, 2, 8, 1, 7];

    public static TheoryData<string, bool, DirectionMerge, int, bool> Encoders()
    {
        TheoryData<string, bool, DirectionMerge, int, bool> data = [];
        foreach (string cell in new[] { "gru", "lstm", "lstmp", "tcn" })
        {
            data.Add(cell, false, DirectionMerge.Concatenate, 2, false);
            foreach (DirectionMerge merge in Enum.GetValues<DirectionMerge>())
                data.Add(cell, true, merge, 3, merge != DirectionMerge.Average);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void A_batch_equals_one_by_one_to_the_bit(string cell, bool bidirectional, DirectionMerge merge, int layers, bool skip)
    {
        (SequenceEncoder encoder, _) = Build(cell, bidirectional, merge, layers, skip);
        PackedSequences all = new(Lengths);
        Tensor x = Wave(new Shape(all.RowCount, 5));
        float[] steps = encoder.Forward(Tape.ForInference(), x, all).Values.ToArray();
        foreach (SequenceReading reading in Enum.GetValues<SequenceReading>())
        {
            float[] read = encoder.Read(Tape.ForInference(), x, all, reading).Values.ToArray();
            for (int n = 0; n < Lengths.Length; n++)
            {
                PackedSequences alone = new([Lengths[n]]);
                Tensor one = Tensor.Zeros(new Shape(Lengths[n], 5));
                for (int t = 0; t < Lengths[n]; t++)
                    x.Slice(all.Row(t, n), 1).Values.CopyTo(one.Span[(5 * t)..]);
                Tensor own = encoder.Forward(Tape.ForInference(), one, alone);
                for (int t = 0; t < Lengths[n]; t++)
                    Assert.Equal(own.Slice(t, 1).Values.ToArray(), steps.AsSpan(all.Row(t, n) * encoder.OutputSize, encoder.OutputSize).ToArray());
                Assert.Equal(
                    encoder.Read(Tape.ForInference(), one, alone, reading).Values.ToArray(), read.AsSpan(n * encoder.OutputSize, encoder.OutputSize).ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Gradients_are_the_sums_of_those_one_by_one(string cell, bool bidirectional, DirectionMerge merge, int layers, bool skip)
    {
        (SequenceEncoder encoder, ParameterSet parameters) = Build(cell, bidirectional, merge, layers, skip);
        PackedSequences all = new(Lengths);
        Tensor x = Wave(new Shape(all.RowCount, 5)), gradient = Wave(new Shape(Lengths.Length, encoder.OutputSize));
        foreach (SequenceReading reading in Enum.GetValues<SequenceReading>())
        {
            Tape tape = new(3) { Training = false };
            parameters.ZeroGradients();
            tape.Backward([encoder.Read(tape, x, all, reading)], [gradient]);
            float[] together = parameters.Gradients.ToArray();
            parameters.ZeroGradients();
            for (int n = 0; n < Lengths.Length; n++)
            {
                Tape own = new(3) { Training = false };
                Tensor one = Tensor.Zeros(new Shape(Lengths[n], 5));
                for (int t = 0; t < Lengths[n]; t++)
                    x.Slice(all.Row(t, n), 1).Values.CopyTo(one.Span[(5 * t)..]);
                own.Backward([encoder.Read(own, one, new PackedSequences([Lengths[n]]), reading)], [gradient.Slice(n, 1).Copy()]);
            }

            // Sums over rows are cut at other places, so the last bits differ.
            float[] expected = parameters.Gradients.ToArray();
            float bound = 1e-5f * (expected.Max(Math.Abs) + 1e-2f);
            Assert.All(expected.Zip(together), pair => Assert.InRange(pair.Second, pair.First - bound, pair.First + bound));
        }
    }

    [Fact]
    public void The_backward_direction_is_the_forward_one_over_sequences_turned_over()
    {
        ParameterSet parameters = new();
        Recurrent forward = new(parameters, "f", Cell.Named("gru"), 5, 6), backward = new(parameters, "b", Cell.Named("gru"), 5, 6);
        parameters.Allocate(2);
        Bidirectional both = new(forward, backward);
        int[] lengths = [4, 2, 3];
        Tensor x = Wave(new Shape(4, 3, 5));
        Tensor y = both.Forward(Tape.ForInference(), x, lengths);
        Assert.Equal(new Shape(4, 3, 12), y.Shape);
        for (int n = 0; n < 3; n++)
        {
            int length = lengths[n];
            Tensor own = Tensor.Zeros(new Shape(length, 1, 5)), turned = Tensor.Zeros(new Shape(length, 1, 5));
            for (int t = 0; t < length; t++)
            {
                ReadOnlySpan<float> row = x.Values.Slice(((t * 3) + n) * 5, 5);
                row.CopyTo(own.Span[(5 * t)..]);
                row.CopyTo(turned.Span[(5 * (length - 1 - t))..]);
            }

            Tensor f = forward.Forward(Tape.ForInference(), own).Output, b = backward.Forward(Tape.ForInference(), turned).Output;
            for (int t = 0; t < 4; t++)
            {
                float[] expected = t < length ? [.. f.Slice(t, 1).Values, .. b.Slice(length - 1 - t, 1).Values] : new float[12];
                Assert.Equal(expected, y.Values.Slice(((t * 3) + n) * 12, 12).ToArray());
            }
        }
    }

    [Fact]
    public void The_last_reading_of_two_directions_is_that_of_each_ones_last_step()
    {
        foreach (bool skip in new[] { false, true })
        {
            (SequenceEncoder encoder, _) = Build("gru", true, DirectionMerge.Concatenate, 2, skip);
            PackedSequences all = new(Lengths);
            Tensor x = Wave(new Shape(all.RowCount, 5));
            Tensor steps = encoder.Forward(Tape.ForInference(), x, all), read = encoder.Read(Tape.ForInference(), x, all, SequenceReading.Last);
            int half = encoder.OutputSize / 2;
            for (int n = 0; n < Lengths.Length; n++)
            {
                float[] expected = [.. steps.Slice(all.LastRows[n], 1).Values[..half], .. steps.Slice(all.FirstRows[n], 1).Values[half..]];
                Assert.Equal(expected, read.Slice(n, 1).Values.ToArray());
            }
        }
    }

    [Fact]
    public void Dropout_lies_between_layers_and_only_in_training()
    {
        ParameterSet parameters = new();
        SequenceEncoder encoder = new(parameters, "encoder", new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 8, Layers = 2, Dropout = 0.5f }, Bidirectional = true }, 5);
        parameters.Allocate(1);
        PackedSequences all = new(Lengths);
        Tensor x = Wave(new Shape(all.RowCount, 5));
        float[] plain = encoder.Forward(Tape.ForInference(), x, all).Values.ToArray();
        float[] a = encoder.Forward(new Tape(1), x, all).Values.ToArray();
        Assert.Equal(a, encoder.Forward(new Tape(1), x, all).Values.ToArray());
        Assert.NotEqual(a, plain);
        Assert.NotEqual(a, encoder.Forward(new Tape(2), x, all).Values.ToArray());
    }

    [Fact]
    public void Training_allocates_nothing_after_the_first_step()
    {
        (SequenceEncoder encoder, ParameterSet parameters) = Build("gru", true, DirectionMerge.Concatenate, 2, true);
        PackedSequences all = new(Lengths);
        Tensor x = Wave(new Shape(all.RowCount, 5)), gradient = Wave(new Shape(Lengths.Length, encoder.OutputSize));
        Tape tape = new(3);
        Step();
        Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            all.Set(Lengths);
            parameters.ZeroGradients();
            tape.Backward([encoder.Read(tape, x, all, SequenceReading.Last)], [gradient]);
            tape.Reset();
            tape.Backward([encoder.Read(tape, x, all, SequenceReading.Mean)], [gradient]);
            tape.Reset();
        }
    }

    [Theory]
    [InlineData("gru")]
    [InlineData("lstm_learned_start")]
    [InlineData("tcn")]
    public void A_sequence_of_a_stream_begins_anew_alone(string name)
    {
        (SequenceEncoder encoder, _) = Build(name, false, DirectionMerge.Concatenate, 2, false);
        SequenceLayer layer = encoder.Causal;
        Tensor x = Wave(new Shape(6, 3, 5));
        RecurrentState state = layer.InitialState(3);
        Tensor before = layer.Forward(Tape.ForInference(), x.Slice(0, 3), state, state).Copy();
        layer.Restart(state, 1);
        Tensor after = layer.Forward(Tape.ForInference(), x.Slice(3, 3), state, state);
        Tensor whole = layer.Forward(Tape.ForInference(), x).Output, late = layer.Forward(Tape.ForInference(), x.Slice(3, 3).Copy()).Output;
        int size = layer.OutputSize;
        Assert.Equal(whole.Slice(0, 3).Values.ToArray(), before.Values.ToArray());
        for (int t = 0; t < 3; t++)
        {
            for (int n = 0; n < 3; n++)
            {
                float[] expected = n == 1 ? late.Values.Slice(((t * 3) + n) * size, size).ToArray() : whole.Values.Slice((((t + 3) * 3) + n) * size, size).ToArray();
                Assert.Equal(expected, after.Values.Slice(((t * 3) + n) * size, size).ToArray());
            }
        }

        Assert.Contains("sequence from 0 to 2", Assert.Throws<ArgumentException>(() => layer.Restart(state, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        (SequenceEncoder encoder, _) = Build("gru", true, DirectionMerge.Sum, 1, false);
        Assert.Contains("cannot stream", Assert.Throws<InvalidOperationException>(() => encoder.Causal).Message, StringComparison.Ordinal);
        PackedSequences two = new([2, 3]);
        Assert.Contains("[S=5, C=5]", Assert.Throws<ArgumentException>(() => encoder.Forward(Tape.ForInference(), Tensor.Zeros(new Shape(5, 4)), two)).Message, StringComparison.Ordinal);
        Assert.Contains("sequence 1 has 0", Assert.Throws<ArgumentException>(() => new PackedSequences([2, 0])).Message, StringComparison.Ordinal);
        ParameterSet parameters = new();
        Assert.Contains("same sizes", Assert.Throws<ArgumentException>(() => new Bidirectional(
            new Recurrent(parameters, "a", Cell.Named("gru"), 5, 6), new Recurrent(parameters, "b", Cell.Named("gru"), 5, 7))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_prints_itself_with_its_parameters()
    {
        (SequenceEncoder encoder, ParameterSet parameters) = Build("gru", true, DirectionMerge.Sum, 1, false);
        Assert.StartsWith("SequenceEncoder(Bidirectional(Recurrent(gru, 5 -> 6), sum))", encoder.ToString(), StringComparison.Ordinal);
        Assert.Equal(parameters.Count, encoder.ParameterCount);
    }

    private static (SequenceEncoder Encoder, ParameterSet Parameters) Build(string cell, bool bidirectional, DirectionMerge merge, int layers, bool skip)
    {
        SequenceLayerOptions layer = cell switch
        {
            "tcn" => new TemporalConvolutionalOptions { Channels = 6, Levels = 2, Kernel = 3 },
            "lstm_learned_start" => new RecurrentOptions(Cell.Parse(Cell.Named("lstm").Text + "\ninit c = learned\ninit h = learned\n")) { Hidden = 6, Layers = layers },
            _ => new RecurrentOptions(Cell.Named(cell)) { Hidden = 6, Layers = layers, SkipConnections = skip },
        };
        ParameterSet parameters = new();
        SequenceEncoder encoder = new(parameters, "encoder", new SequenceEncoderOptions { Layer = layer, Bidirectional = bidirectional, Merge = merge }, 5);
        parameters.Allocate(5);
        foreach (Parameter start in parameters.All.Where(parameter => parameter.Name.EndsWith('0')))
            Wave(start.Shape).Values.CopyTo(start.Value.Span);
        return (encoder, parameters);
    }

    private static Tensor Wave(Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Length; i++)
            tensor.Span[i] = (float)Math.Sin(0.9 * i + 0.003 * i * i);
        return tensor;
    }
}
