using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Layers;

/// <summary>What PyTorch computes for layers without a recurrence, and for training a network of them: see <c>golden/layers.py</c>.</summary>
public sealed class LayerGoldenTests
{
    /// <summary>For outputs and gradients of up to about 10: some roundings of float32, PyTorch's numbers being those of float64.</summary>
    private const double Tolerance = 5e-6;

    private static readonly Dictionary<string, Func<ParameterSet, FeedForward>> Layers = new(StringComparer.Ordinal)
    {
        ["max 1d"] = _ => Max([3]),
        ["max 1d padded"] = _ => Max([4], [2], [2]),
        ["max 1d dilated"] = _ => Max([3], [1], [1], [3]),
        ["max 2d"] = _ => Max([2, 2]),
        ["max 2d 1x2"] = _ => Max([1, 2]),
        ["max 2d ceiling"] = _ => Max([3, 3], [2, 2], ceiling: true),
        ["max 2d ceiling padded"] = _ => Max([3, 2], [3, 5], [1, 1], ceiling: true),
        ["max 2d dilated"] = _ => Max([2, 3], [1, 2], [1, 1], [3, 2]),
        ["max 3d"] = _ => Max([2, 3, 2], [2, 1, 2], [1, 1, 0]),
        ["average 1d"] = _ => Average([3], [2], [1]),
        ["average 1d ceiling"] = _ => Average([4], [3], [2], ceiling: true),
        ["average 2d"] = _ => Average([2, 2]),
        ["average 2d padded"] = _ => Average([3, 3], [1, 1], [1, 1]),
        ["average 2d not counting"] = _ => Average([3, 3], [2, 2], [1, 1], countPadding: false),
        ["average 2d ceiling"] = _ => Average([3, 4], [2, 3], [1, 2], ceiling: true),
        ["average 2d ceiling not counting"] = _ => Average([3, 4], [2, 3], [1, 2], ceiling: true, countPadding: false),
        ["average 3d"] = _ => Average([2, 3, 2], [2, 1, 2], [1, 1, 1]),
        ["adaptive 1d"] = _ => new AdaptiveAveragePooling("layer", 4),
        ["adaptive 2d"] = _ => new AdaptiveAveragePooling("layer", 3, 7),
        ["adaptive 2d larger"] = _ => new AdaptiveAveragePooling("layer", 5, 2),
        ["adaptive 3d"] = _ => new AdaptiveAveragePooling("layer", 4, 2, 3),
        ["nearest 1d"] = _ => new Upsample("layer", false, 3),
        ["nearest 2d"] = _ => new Upsample("layer", false, 2, 3),
        ["linear 1d"] = _ => new Upsample("layer", true, 4),
        ["linear 2d"] = _ => new Upsample("layer", true, 2, 3),
        ["linear 3d"] = _ => new Upsample("layer", true, 2, 3, 2),
        ["layer norm"] = set => new LayerNorm(set, "layer", [5]),
        ["layer norm of two axes"] = set => new LayerNorm(set, "layer", [4, 5], 1e-3f),
        ["batch norm"] = set => new BatchNorm(set, "layer", 4),
        ["batch norm 1d"] = set => new BatchNorm(set, "layer", 4, 0.3f, 1e-3f),
        ["batch norm 2d"] = set => new BatchNorm(set, "layer", 2),
        ["batch norm 3d of one example"] = set => new BatchNorm(set, "layer", 2),
        ["batch norm outside training"] = set => new BatchNorm(set, "layer", 2),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    private static JsonElement Golden { get; } = JsonDocument.Parse(
        File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Layers", "golden", "layers.json"))).RootElement;

    [Fact]
    public void EveryGoldenLayerIsHere() =>
        Assert.Equal(Golden.EnumerateObject().Select(p => p.Name).Except(["trajectory"]), Layers.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void OutputsAndGradientsArePyTorchs(string name)
    {
        JsonElement golden = Golden.GetProperty(name);
        ParameterSet set = new();
        FeedForward layer = Layers[name](set);
        set.Allocate(0);
        SetParameters(set, set.All.Select(p => p.Name));
        int[] shape = [.. golden.GetProperty("x").EnumerateArray().Select(e => e.GetInt32())];
        bool halves = name.StartsWith("max", StringComparison.Ordinal);
        float[] values = [.. Numbers(new Shape(shape).Length, 0.3, 1.7, 1.5).Select(v => halves ? MathF.Round(v * 2) / 2 : v)];

        Tape tape = new() { Training = !name.EndsWith("outside training", StringComparison.Ordinal) };
        Tensor x = tape.Watch(Tensor.From(values, new Shape(shape)));
        Tensor y = layer.Forward(tape, x);
        Assert.Equal(golden.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()), Enumerable.Range(0, y.Shape.Rank).Select(axis => y.Shape[axis]));
        tape.Backward([y], [Tensor.From(Numbers(y.Shape.Length, Math.PI / 2, 0.9, 1), y.Shape)]);

        AssertNear(golden, "y", y.Values);
        AssertNear(golden, "dx", tape.Gradient(x).Values);
        foreach (Parameter parameter in set.All)
        {
            string key = parameter.Name["layer.".Length..];
            AssertNear(golden, parameter.Trained ? $"d{key}" : key, (parameter.Trained ? parameter.Gradient : parameter.Value).Values);
        }
    }

    [Fact]
    public void TwentyStepsOfTrainingArePyTorchs()
    {
        JsonElement golden = Golden.GetProperty("trajectory");
        ParameterSet set = new();
        BatchNorm first = new(set, "first", 3);
        Linear hidden = new(set, "hidden", 15, 8);
        LayerNorm rows = new(set, "rows", [8]);
        BatchNorm second = new(set, "second", 8);
        Linear decoder = new(set, "decoder", 8, 4);
        set.Allocate(0);
        SetParameters(set, set.All.Select(p => p.Name));
        Sequential front = new("front", first, new Flatten("flatten"), hidden, rows, second);
        Tape tape = new();
        Sgd optimizer = new(0.1f);
        int[] targets = [0, 1, 2, 3, 0, 1];
        double[] losses = new double[20];
        for (int step = 0; step < losses.Length; step++)
        {
            set.ZeroGradients();
            Tensor x = Tensor.From(Numbers(90, 0.3 + step, 1.7, 1.5), new Shape(6, 3, 5));
            Tensor loss = SoftmaxCrossEntropy.Forward(tape, decoder.Forward(tape, tape.Relu(front.Forward(tape, x))), targets);
            losses[step] = loss.Scalar;
            tape.Backward(loss);
            optimizer.Step(set);
            tape.Reset();
        }

        // float32 alone makes PyTorch's own losses differ by 1.7e-6 (in the file as float32_difference); this is some four times that.
        double[] expected = [.. golden.GetProperty("losses").EnumerateArray().Select(e => e.GetDouble())];
        for (int step = 0; step < losses.Length; step++)
            Assert.True(Math.Abs(expected[step] - losses[step]) <= 8e-6, $"Step {step}: PyTorch's loss is {expected[step]}, ours {losses[step]}.");

        foreach (Parameter parameter in set.All.Where(p => !p.Trained))
            AssertNear(golden, parameter.Name, parameter.Value.Values, 2e-5);
        Tape inference = Tape.ForInference();
        Tensor start = Tensor.From(Numbers(90, 0.3, 1.7, 1.5), new Shape(6, 3, 5));
        Tensor logits = decoder.Forward(inference, inference.Relu(front.Forward(inference, start)));
        AssertNear(golden, "logits", logits.Values, 5e-5);
    }

    private static Pooling Max(
        ReadOnlySpan<int> window, ReadOnlySpan<int> stride = default, ReadOnlySpan<int> padding = default, ReadOnlySpan<int> dilation = default,
        bool ceiling = false) =>
        new("layer", PoolingKind.Max, window, stride, padding.IsEmpty ? null : Padding.Explicit(padding), dilation, ceiling);

    private static Pooling Average(
        ReadOnlySpan<int> window, ReadOnlySpan<int> stride = default, ReadOnlySpan<int> padding = default, bool ceiling = false, bool countPadding = true) =>
        new("layer", PoolingKind.Average, window, stride, padding.IsEmpty ? null : Padding.Explicit(padding), default, ceiling, countPadding);

    /// <summary>The script's numbers, by the place of each parameter in PyTorch's order.</summary>
    private static void SetParameters(ParameterSet set, IEnumerable<string> names)
    {
        int place = 0;
        foreach (string name in names)
        {
            float offset = name.EndsWith("var", StringComparison.Ordinal) ? 0.5f : 0;
            float[] values = [.. Numbers(set[name].Shape.Length, 0.3 + 0.9 * place++, 1.7, 0.4).Select(v => v + offset)];
            values.CopyTo(set[name].Value.Span);
        }

        set.Touch();
    }

    private static float[] Numbers(int count, double phase, double factor, double scale) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(scale * Math.Sin(factor * i + phase)))];

    private static void AssertNear(JsonElement golden, string key, ReadOnlySpan<float> actual, double tolerance = Tolerance)
    {
        double[] expected = [.. golden.GetProperty(key).EnumerateArray().Select(e => e.GetDouble())];
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
                Assert.Fail($"Element {i} of {key} is {actual[i]} but should be {expected[i]}.");
        }
    }
}
