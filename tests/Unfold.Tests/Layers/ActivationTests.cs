using System.Globalization;
using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Layers;

/// <summary>What PyTorch gave for every activation: see <c>golden/activations.py</c>.</summary>
public sealed class ActivationTests
{
    private const int Inputs = 3, Hidden = 5, Outputs = 2, Rows = 6, Steps = 20;

    private static readonly float[] Extremes = [-100, -30, -10, -0.001f, 0, 0.001f, 10, 30, 100];

    private static readonly string[] Names =
    [
        "sigmoid", "tanh", "relu", "leaky_relu", "leaky_relu 0.2", "elu", "elu 0.7", "gelu", "silu", "softplus", "softmax", "log_softmax",
    ];

    public static TheoryData<string> Cases => [.. Names];

    private static string GoldenFile => Repository.At("tests", "Unfold.Tests", "Layers", "golden", "activations.json");

    [Fact]
    public void Every_activation_of_the_file_is_tested()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        Assert.Equal(golden.RootElement.EnumerateObject().Select(entry => entry.Name), Names);
        Assert.Equal(Enum.GetValues<ActivationKind>(), Activation.AllNames.Select(name => Activation.Named(name).Kind));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_gradients_are_PyTorchs(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        JsonElement expected = golden.RootElement.GetProperty(name);
        Tape tape = new();
        Shape shape = new(5, Extremes.Length);
        Tensor x = tape.Watch(Tensor.From([.. Numbers(36, 6, 0.3), .. Extremes], shape));
        Tensor y = Make(name).Forward(tape, x);
        tape.Backward([y], [Tensor.From(Numbers(45, 1, 0.9), shape)]);

        // Each number is a few roundings from PyTorch's in float64; the derivative of silu multiplies one at 1 by x, here up to 10 where it counts.
        AssertNear(expected.GetProperty("values"), y.Values, 1e-6, "the values");
        AssertNear(expected.GetProperty("gradient"), tape.Gradient(x).Values, 1e-6, "the gradient");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Twenty_steps_of_training_are_PyTorchs(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        JsonElement expected = golden.RootElement.GetProperty(name);

        // PyTorch's own float32 numbers differ from its float64 ones by this; four times as much for sums in another order and other last bits.
        double tolerance = 4 * expected.GetProperty("float32_difference").GetDouble();
        ParameterSet parameters = new();
        Sequential network = new("", new Linear(parameters, "first", Inputs, Hidden), Make(name), new Linear(parameters, "second", Hidden, Outputs));
        parameters.Allocate(0);
        int place = 0;
        foreach (Parameter parameter in parameters.All)
            Numbers(parameter.Shape.Length, 0.8, 0.3 + 0.9 * place++).CopyTo(parameter.Value.Span);
        Tensor x = Tensor.From(Numbers(Rows * Inputs, 1, 0.3), new Shape(Rows, Inputs));
        Tensor y = Tensor.From(Numbers(Rows * Outputs, 1, 0.9), new Shape(Rows, Outputs));
        Sgd optimizer = new(0.1f);
        Tape tape = new();
        float[] losses = new float[Steps];
        for (int step = 0; step < Steps; step++)
        {
            parameters.ZeroGradients();
            Tensor loss = MeanSquaredError.Forward(tape, network.Forward(tape, x), y);
            losses[step] = loss.Scalar;
            tape.Backward(loss);
            optimizer.Step(parameters);
            tape.Reset();
        }

        AssertNear(expected.GetProperty("losses"), losses, tolerance, "the losses");
        AssertNear(expected.GetProperty("parameters"), [.. parameters.All.SelectMany(p => p.Value.Values.ToArray())], tolerance, "the parameters");
    }

    [Fact]
    public void Prints_itself()
    {
        Assert.Equal("Relu()", Activation.Named("relu").ToString());
        Assert.Equal("LeakyRelu(0.01)", new Activation(ActivationKind.LeakyRelu).ToString());
        Assert.Equal("Elu(0.7)", Activation.Named("elu", 0.7f).ToString());
        Assert.Equal("log_softmax", new Activation(ActivationKind.LogSoftmax).Name);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_those_there_are()
    {
        string message = Assert.Throws<ArgumentException>(() => Activation.Named("swish")).Message;
        Assert.Equal(
            "There is no activation 'swish'. There are: sigmoid, tanh, relu, leaky_relu, elu, gelu, silu, softplus, softmax, log_softmax.", message);
        Assert.Contains("'relu' takes no number", Assert.Throws<ArgumentException>(() => Activation.Named("relu", 0.1f)).Message);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => Activation.Named("elu", float.NaN)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Activation((ActivationKind)99));
    }

    private static Activation Make(string name) => name.Split(' ') is [string kind, string number]
        ? Activation.Named(kind, float.Parse(number, CultureInfo.InvariantCulture))
        : Activation.Named(name);

    private static float[] Numbers(int count, double scale, double phase) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(scale * Math.Sin(1.7 * i + phase)))];

    private static void AssertNear(JsonElement expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double value = expected[i].GetDouble();
            bool near = Math.Abs(value - actual[i]) <= tolerance * Math.Max(1, Math.Abs(value));
            Assert.True(near, $"In {what}, element {i} is {actual[i]:R}, PyTorch's {value:R}.");
        }
    }
}
