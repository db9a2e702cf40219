using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Optimizers;

/// <summary>The trajectories of PyTorch's optimizers that <c>golden/trajectories.py</c> wrote, on the same linear regression.</summary>
public sealed class OptimizerTests
{
    public static TheoryData<string> Trajectories =>
        ["sgd", "sgd_weight_decay", "momentum", "nesterov", "adam", "adam_options", "sgd_clipped"];

    private static string GoldenFile => Repository.At("tests", "Unfold.Tests", "Optimizers", "golden", "trajectories.json");

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Follows_PyTorch_for_twenty_steps(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        JsonElement expected = golden.RootElement.GetProperty(name);
        Regression regression = new();
        Optimizer optimizer = Make(name);
        List<float> losses = [];
        List<double> norms = [];
        for (int step = 0; step < 20; step++)
        {
            losses.Add(regression.Backward());
            if (name == "sgd_clipped")
                norms.Add(GradientClipping.ByNorm(regression.Parameters, 0.5));
            optimizer.Step(regression.Parameters);
        }

        AssertNear(expected.GetProperty("losses"), losses);
        AssertNear(expected.GetProperty("norms"), norms.Select(x => (float)x));
        AssertNear(expected.GetProperty("weight"), regression.Parameters["layer.weight"].Value.Values.ToArray());
        AssertNear(expected.GetProperty("bias"), regression.Parameters["layer.bias"].Value.Values.ToArray());
        Assert.Equal(20, optimizer.StepCount);
    }

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Goes_on_from_a_checkpoint_to_the_bit(string name)
    {
        Regression whole = new();
        Regression parts = new();
        Optimizer first = Make(name);
        Optimizer second = Make(name);
        for (int step = 0; step < 6; step++)
        {
            whole.Backward();
            first.Step(whole.Parameters);
        }

        whole.Parameters.Values.CopyTo(parts.Parameters.Values);
        second.Prepare(parts.Parameters);
        second.StepCount = first.StepCount;
        foreach ((string part, Tensor values) in first.State)
            second.Restore(part, values.Values);
        for (int step = 0; step < 6; step++)
        {
            whole.Backward();
            first.Step(whole.Parameters);
            parts.Backward();
            second.Step(parts.Parameters);
        }

        Assert.Equal(whole.Parameters.Values, parts.Parameters.Values);
    }

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void A_factor_is_the_same_to_the_bit_as_gradients_scaled_before(string name)
    {
        Regression scaled = new();
        Regression plain = new();
        Optimizer first = Make(name);
        Optimizer second = Make(name);
        for (int step = 0; step < 6; step++)
        {
            scaled.Backward();
            double norm = GradientClipping.ByNorm(scaled.Parameters, 0.07);
            first.Step(scaled.Parameters);
            plain.Backward();
            float factor = GradientClipping.FactorByNorm(GradientClipping.Norm(plain.Parameters), 0.07);
            second.Step(plain.Parameters, factor);
            Assert.True(norm > 0.07 && factor < 1);
            Assert.False(scaled.Parameters.Gradients.SequenceEqual(plain.Parameters.Gradients));
        }

        Assert.Equal(scaled.Parameters.Values, plain.Parameters.Values);
    }

    [Fact]
    public void Fixed_parameters_stay_and_many_parameters_are_all_reached()
    {
        ParameterSet set = new();
        Parameter[] all = [.. Enumerable.Range(0, 12).Select(i => set.Add($"p{i}", new Shape(i * i * 700 + 1), Initializer.Ones, i % 3 != 1))];
        set.Allocate(0);
        set.Gradients.Fill(0.5f);
        new Sgd(1).Step(set);
        foreach (Parameter parameter in all)
            Assert.False(parameter.Value.Values.ContainsAnyExcept(parameter.Trained ? 0.5f : 1));
        foreach (Optimizer optimizer in new Optimizer[] { new Sgd(0.1f, 0.9f), new Adam(0.1f) })
        {
            optimizer.Step(set);
            foreach (Parameter parameter in all)
                Assert.False(parameter.Value.Values.ContainsAnyExcept(parameter.Value[0]));
            Assert.Equal(1, all[1].Value[0]);
            Assert.NotEqual(0.5f, all[2].Value[0]);
        }
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Contains("learningRate", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(-1)).Message);
        Assert.Contains("beta2", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(1, beta2: 1)).Message);
        Assert.Contains("epsilon", Assert.Throws<ArgumentException>(() => new Adam(1, epsilon: 0)).Message);
        Assert.Contains("momentum", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(1, float.NaN)).Message);
        Assert.Contains("Nesterov", Assert.Throws<ArgumentException>(() => new Sgd(1, nesterov: true)).Message);
        Assert.Contains("weightDecay", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(1, weightDecay: -1)).Message);
    }

    [Fact]
    public void State_of_another_model_is_refused()
    {
        Regression regression = new();
        Adam adam = new();
        Assert.Empty(adam.State);
        Assert.Contains("Prepare", Assert.Throws<ArgumentException>(() => adam.Restore("mean", [])).Message);
        adam.Prepare(regression.Parameters);
        Assert.Equal(["mean", "square"], adam.State.Select(part => part.Name));
        Assert.Contains("another model's", Assert.Throws<ArgumentException>(() => adam.Restore("mean", new float[3])).Message);
        Assert.Contains("'velocity'", Assert.Throws<ArgumentException>(() => adam.Restore("velocity", new float[32])).Message);
        Assert.Throws<InvalidOperationException>(() => adam.Step(new Regression().Parameters));
    }

    private static Optimizer Make(string name) => name switch
    {
        "sgd" or "sgd_clipped" => new Sgd(0.1f),
        "sgd_weight_decay" => new Sgd(0.1f, weightDecay: 0.05f),
        "momentum" => new Sgd(0.05f, 0.9f),
        "nesterov" => new Sgd(0.05f, 0.9f, nesterov: true, weightDecay: 0.01f),
        "adam" => new Adam(0.1f),
        "adam_options" => new Adam(0.1f, 0.8, 0.95, 1e-3f, 0.02f),
        _ => throw new ArgumentException(name),
    };

    private static void AssertNear(JsonElement expected, IEnumerable<float> actual)
    {
        float[] values = [.. actual];
        Assert.Equal(expected.GetArrayLength(), values.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(expected[i].GetDouble(), values[i], 3e-6);
    }

    /// <summary>The problem of the script: a linear layer, and the mean squared error.</summary>
    private sealed class Regression
    {
        private readonly Linear _layer;
        private readonly Tape _tape = new();
        private readonly Tensor _x = Tensor.From(Numbers(15, 1, 0.3), new Shape(5, 3));
        private readonly Tensor _y = Tensor.From(Numbers(10, 2, 0.9), new Shape(5, 2));

        public Regression()
        {
            _layer = new Linear(Parameters, "layer", 3, 2);
            Parameters.Allocate(0);
            Numbers(6, 0.5, 0.1).CopyTo(Parameters["layer.weight"].Value.Span);
            Numbers(2, 0.5, 0.7).CopyTo(Parameters["layer.bias"].Value.Span);
        }

        public ParameterSet Parameters { get; } = new();

        public float Backward()
        {
            _tape.Reset();
            Parameters.ZeroGradients();
            Tensor error = _tape.Subtract(_layer.Forward(_tape, _x), _y);
            Tensor loss = _tape.Mean(_tape.Multiply(error, error));
            _tape.Backward(loss);
            return loss.Scalar;
        }

        private static float[] Numbers(int count, double scale, double phase) =>
            [.. Enumerable.Range(0, count).Select(i => (float)(scale * Math.Sin(1.7 * i + phase)))];
    }
}
