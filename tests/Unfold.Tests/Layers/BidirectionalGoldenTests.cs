using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Recognition;
using Unfold.Layers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Layers;

/// <summary>Two bidirectional layers over sequences of different lengths, against PyTorch's packed sequences in float64: see <c>golden/bidirectional.py</c>.</summary>
public sealed class BidirectionalGoldenTests
{
    private const int C = 3, H = 4;

    /// <summary>A sum of some tens of products of numbers below 1, in float: a few units in the last place of 1.</summary>
    private const double Tolerance = 3e-6;

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru_reset_after")]
    public void Outputs_and_gradients_are_PyTorchs(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Layers", "golden", "bidirectional.json")));
        JsonElement expected = golden.RootElement.GetProperty(name);
        int[] lengths = [.. golden.RootElement.GetProperty("lengths").EnumerateArray().Select(length => length.GetInt32())];
        ParameterSet parameters = new();
        SequenceEncoder encoder = new(parameters, "encoder", new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named(name)) { Hidden = H, Layers = 2 }, Bidirectional = true }, C);
        parameters.Allocate(1);
        Assert.Equal(["l0", "l0_reverse", "l1", "l1_reverse"], encoder.Parts.Select(part => part.Suffix));
        foreach (RecurrentPart part in encoder.Parts)
        {
            Dictionary<string, float[]> values = Layout(part).Import(tensor => Read(expected.GetProperty("weights").GetProperty(tensor)));
            foreach ((string weight, Parameter parameter) in Weights(part))
                values[weight].CopyTo(parameter.Value.Span);
        }

        int steps = lengths.Max();
        PackedSequences sequences = new(lengths);
        Tape tape = new();
        Tensor padded = Wave(new Shape(steps, lengths.Length, C), 2), x = Tensor.Zeros(new Shape(sequences.RowCount, C));
        ForEachStep((t, n, row) => padded.Values.Slice(((t * lengths.Length) + n) * C, C).CopyTo(x.Span[(row * C)..]));
        Tensor watched = tape.Watch(x);
        Tensor y = encoder.Forward(tape, watched, sequences);
        Tensor given = Wave(new Shape(steps, lengths.Length, 2 * H), 3), gradient = Tensor.Zeros(y.Shape);
        ForEachStep((t, n, row) => given.Values.Slice(((t * lengths.Length) + n) * 2 * H, 2 * H).CopyTo(gradient.Span[(row * 2 * H)..]));
        parameters.ZeroGradients();
        tape.Backward([y], [gradient]);

        double[] output = Numbers(expected.GetProperty("output")), ofInput = Numbers(expected.GetProperty("input_gradient"));
        Tensor found = tape.Gradient(watched);
        ForEachStep((t, n, row) =>
        {
            AssertClose(output.AsSpan(((t * lengths.Length) + n) * 2 * H, 2 * H), y.Values.Slice(row * 2 * H, 2 * H));
            AssertClose(ofInput.AsSpan(((t * lengths.Length) + n) * C, C), found.Values.Slice(row * C, C));
        });
        foreach (RecurrentPart part in encoder.Parts)
        {
            Dictionary<string, Parameter> own = Weights(part).ToDictionary(pair => pair.Name, pair => pair.Parameter);
            foreach ((string tensor, _, float[] values) in Layout(part).Export(weight => own[weight].Gradient.Values))
            {
                // Where the cell has one bias, PyTorch's second has the same gradient, and the cell's stands for the first.
                double[] theirs = Numbers(expected.GetProperty("weight_gradients").GetProperty(tensor));
                int from = tensor.StartsWith("bias_hh", StringComparison.Ordinal) ? (name == "lstm" ? values.Length : 2 * H) : 0;
                AssertClose(theirs.AsSpan(from), values.AsSpan(from));
            }
        }

        void ForEachStep(Action<int, int, int> at)
        {
            for (int n = 0; n < lengths.Length; n++)
            {
                for (int t = 0; t < lengths[n]; t++)
                    at(t, n, sequences.Row(t, n));
            }
        }
    }

    private static PyTorchLayout Layout(RecurrentPart part) => new(part.Layer.Graph, CellRecognition.Recognize(part.Layer.Graph)!, part.Layer.Sizes, part.Suffix);

    private static IEnumerable<(string Name, Parameter Parameter)> Weights(RecurrentPart part) => part.Layer.Graph.Parameters.Select(weight => weight.Name).Zip(part.Layer.Parameters);

    private static (int[] Shape, float[] Values)? Read(JsonElement tensor) =>
        ([.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())], [.. Numbers(tensor.GetProperty("values")).Select(value => (float)value)]);

    private static double[] Numbers(JsonElement json) => [.. json.EnumerateArray().Select(number => number.GetDouble())];

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(found[i], expected[i] - (Tolerance * Math.Max(1, Math.Abs(expected[i]))), expected[i] + (Tolerance * Math.Max(1, Math.Abs(expected[i]))));
    }

    private static Tensor Wave(Shape shape, double phase)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Length; i++)
            tensor.Span[i] = (float)(0.5 * Math.Sin(phase + (0.9 * i) + (0.003 * i * i)));
        return tensor;
    }
}
