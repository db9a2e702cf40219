using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Losses;

/// <summary>What PyTorch gave for every loss: see <c>golden/losses.py</c>.</summary>
public sealed class PyTorchLossTests
{
    private const int Inputs = 3, Classes = 4, Rows = 6, Steps = 20;

    /// <summary>
    /// PyTorch's own float32 parameters differ from its float64 ones, with which they are compared here, by up to 2.8e-7 (in the file as
    /// <c>float32_difference</c>); this is four times that, for sums in another order and exponentials with another last bit.
    /// </summary>
    private const double Tolerance = 1.2e-6;

    public static TheoryData<string> Names => [.. EveryLoss.Names];

    private static string GoldenFile => Repository.At("tests", "Unfold.Tests", "Losses", "golden", "losses.json");

    [Fact]
    public void Every_loss_of_the_file_is_tested()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        Assert.Equal(golden.RootElement.EnumerateObject().Select(loss => loss.Name), EveryLoss.Names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_are_PyTorchs(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        foreach (LossReduction reduction in Enum.GetValues<LossReduction>())
        {
            JsonElement expected = golden.RootElement.GetProperty(name).GetProperty(reduction == LossReduction.Mean ? "mean" : "sum");
            Tape tape = new();
            Tensor x = tape.Watch(LossCase.Tensor(LossCase.Numbers(Rows * Classes, 3, 0.2), Rows, Classes));
            Tensor loss = new EveryLoss(Rows, Classes).Forward(name, tape, x, reduction);
            tape.Backward(loss);

            // Sums reach 60: their unit in the last place is 4e-6.
            double value = expected.GetProperty("loss").GetDouble();
            Assert.Equal(value, loss.Scalar, Tolerance * Math.Max(1, value));
            AssertNear(expected.GetProperty("gradient"), tape.Gradient(x).Values, $"the gradient of the {reduction}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Twenty_steps_of_training_are_PyTorchs(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        JsonElement expected = golden.RootElement.GetProperty(name);
        ParameterSet parameters = new();
        Linear layer = new(parameters, "layer", Inputs, Classes);
        parameters.Allocate(0);
        Span<float> weight = parameters["layer.weight"].Value.Span, bias = parameters["layer.bias"].Value.Span;
        LossCase.Tensor(LossCase.Numbers(Classes * Inputs, 0.5, 0.1), Classes, Inputs).Values.CopyTo(weight);
        LossCase.Tensor(LossCase.Numbers(Classes, 0.5, 0.7), 1, Classes).Values.CopyTo(bias);
        Tensor x = LossCase.Tensor(LossCase.Numbers(Rows * Inputs, 1, 0.3), Rows, Inputs);
        EveryLoss losses = new(Rows, Classes);
        Sgd optimizer = new(0.5f);
        Tape tape = new();
        Assert.Equal(Steps, expected.GetProperty("losses").GetArrayLength());
        for (int step = 0; step < Steps; step++)
        {
            parameters.ZeroGradients();
            Tensor loss = losses.Forward(name, tape, layer.Forward(tape, x));
            Assert.Equal(expected.GetProperty("losses")[step].GetDouble(), loss.Scalar, Tolerance);
            tape.Backward(loss);
            optimizer.Step(parameters);
            tape.Reset();
            AssertNear(expected.GetProperty("parameters")[step], [.. weight, .. bias], $"the parameters after step {step}");
        }
    }

    private static void AssertNear(JsonElement expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double value = expected[i].GetDouble();
            Assert.True(Math.Abs(value - actual[i]) <= Tolerance, $"In {what}, element {i} is {actual[i]:R}, PyTorch's {value:R}.");
        }
    }
}
