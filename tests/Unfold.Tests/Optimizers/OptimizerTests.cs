using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Optimizers;

/// <summary>The trajectories of PyTorch's optimizers that <c>golden/trajectories.py</c> wrote, on the same linear regression.</summary>
public sealed class OptimizerTests
{
    public static TheoryData<string> Trajectories =>
    [
        "sgd", "sgd_weight_decay", "momentum", "nesterov", "adam", "adam_options", "adamw", "adamw_options", "adagrad", "adagrad_options", "rmsprop", "rmsprop_momentum",
        "rmsprop_centered", "rmsprop_all", "adadelta", "adadelta_options", "sgd_clipped", "adam_clipped_value", "sgd_penalties", "adam_penalties", "adamw_penalties",
        "nesterov_groups", "adamw_groups", "frozen", "one_cycle", "one_cycle_adam", "average", "average_decay",
    ];

    private static string GoldenFile => Repository.At("tests", "Unfold.Tests", "Optimizers", "golden", "trajectories.json");

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Follows_PyTorch_for_twenty_steps(string name)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(GoldenFile));
        JsonElement expected = golden.RootElement.GetProperty(name);
        Regression regression = new();
        Optimizer optimizer = Make(name);
        optimizer.Prepare(regression.Parameters);
        LearningRateSchedule? schedule = ScheduleOf(name);
        WeightAverage? average = AverageOf(name, regression.Parameters, out int averagedFrom);
        float learningRate = optimizer.LearningRate;
        List<float> losses = [];
        List<double> norms = [];
        for (int step = 0; step < 20; step++)
        {
            losses.Add(regression.Backward());
            if (name == "sgd_clipped")
                norms.Add(GradientClipping.ByNorm(regression.Parameters, 0.5));
            if (name == "adam_clipped_value")
                GradientClipping.ByValue(regression.Parameters, 0.2f);
            if (schedule is not null)
            {
                TrainingPosition position = new(step, 21, 0);
                optimizer.LearningRate = (float)(learningRate * schedule.Factor(position));
                optimizer.Momentum = schedule.Momentum(position);
            }

            optimizer.Step(regression.Parameters);
            if (step >= averagedFrom)
                average?.Add();
        }

        average?.Exchange();
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
            double norm = GradientClipping.ByNorm(scaled.Parameters, 0.03);
            first.Step(scaled.Parameters);
            plain.Backward();
            float factor = GradientClipping.FactorByNorm(GradientClipping.Norm(plain.Parameters), 0.03);
            second.Step(plain.Parameters, factor);
            Assert.True(norm > 0.03 && factor < 1);
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
        foreach (Optimizer optimizer in new Optimizer[] { new Sgd(0.1f, 0.9f), new Adam(0.1f), new AdamW(0.1f), new AdaGrad(), new RmsProp(momentum: 0.5, centered: true), new AdaDelta() })
        {
            optimizer.Step(set);
            foreach (Parameter parameter in all)
                Assert.False(parameter.Value.Values.ContainsAnyExcept(parameter.Value[0]));
            Assert.Equal(1, all[1].Value[0]);
            Assert.NotEqual(0.5f, all[2].Value[0]);
        }
    }

    [Theory]
    [InlineData("sgd", 0.004f)]
    [InlineData("nesterov", 0.002f)]
    [InlineData("adam", 0.002f)]
    [InlineData("adagrad", 0.002f)]
    [InlineData("rmsprop_all", 0.002f)]
    [InlineData("adadelta", 0.002f)]
    public void Each_component_of_a_step_is_limited(string name, float limit)
    {
        Regression free = new();
        Regression limited = new();
        Optimizer first = Make(name);
        Optimizer second = Make(name);
        second.UpdateLimit = limit;
        int cut = 0;
        int left = 0;
        free.Backward();
        limited.Backward();
        float[] before = [.. free.Parameters.Values];
        first.Step(free.Parameters);
        second.Step(limited.Parameters);
        for (int i = 0; i < before.Length; i++)
        {
            float step = before[i] - free.Parameters.Values[i];
            Assert.Equal(step * limit / Math.Max(Math.Abs(step), limit), before[i] - limited.Parameters.Values[i], 2e-7);
            cut += Math.Abs(step) > limit ? 1 : 0;
            left += step != 0 && Math.Abs(step) < limit ? 1 : 0;
        }

        Assert.True(cut > 0 && (name != "sgd" || left > 0));
    }

    [Fact]
    public void A_penalty_on_absolute_values_leaves_zeros_alone()
    {
        ParameterSet set = new();
        Parameter parameter = set.Add("a", new Shape(33), Initializer.Zeros);
        set.Allocate(0);
        parameter.Value.Span[1] = 2;
        parameter.Value.Span[32] = -2;
        new Sgd(0.5f) { L1 = 0.1f }.Step(set);
        Assert.Equal((0f, 1.95f, -1.95f), (parameter.Value[0], parameter.Value[1], parameter.Value[32]));
        Assert.Equal(2, parameter.Value.Values.ToArray().Count(value => value != 0));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Contains("rho", Assert.Throws<ArgumentOutOfRangeException>(() => new AdaDelta(rho: 1)).Message);
        Assert.Contains("alpha", Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(alpha: -1)).Message);
        Assert.Contains("momentum", Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(momentum: 1)).Message);
        Assert.Contains("AdaGrad", Assert.Throws<ArgumentException>(() => new AdaGrad(epsilon: 0)).Message);
        Assert.Contains("L1", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(1) { L1 = -1 }).Message);
        Assert.Contains("UpdateLimit", Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(1) { UpdateLimit = 0 }).Message);
        Assert.Contains("no momentum", Assert.Throws<InvalidOperationException>(() => new Sgd(1) { Momentum = 0.9 }).Message);
        Assert.Contains("Momentum", Assert.Throws<ArgumentOutOfRangeException>(() => new Adam { Momentum = 1 }).Message);
        Assert.Contains("decay", Assert.Throws<ArgumentOutOfRangeException>(() => new WeightAverage(new Regression().Parameters, 1)).Message);
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
        "sgd" or "sgd_clipped" or "average" or "average_decay" => new Sgd(0.1f),
        "sgd_weight_decay" => new Sgd(0.1f, weightDecay: 0.05f),
        "momentum" => new Sgd(0.05f, 0.9f),
        "nesterov" => new Sgd(0.05f, 0.9f, nesterov: true, weightDecay: 0.01f),
        "adam" or "adam_clipped_value" => new Adam(0.1f),
        "adam_options" => new Adam(0.1f, 0.8, 0.95, 1e-3f, 0.02f),
        "adamw" => new AdamW(0.1f),
        "adamw_options" => new AdamW(0.05f, 0.8, 0.95, 1e-3f, 0.3f),
        "adagrad" => new AdaGrad(0.2f),
        "adagrad_options" => new AdaGrad(0.2f, 0.1f, 1e-3f, 0.02f),
        "rmsprop" => new RmsProp(0.02f),
        "rmsprop_momentum" => new RmsProp(0.005f, 0.9, momentum: 0.8, weightDecay: 0.02f),
        "rmsprop_centered" => new RmsProp(0.02f, 0.9, 1e-3f, centered: true),
        "rmsprop_all" => new RmsProp(0.005f, 0.95, 1e-4f, 0.5, centered: true),
        "adadelta" => new AdaDelta(),
        "adadelta_options" => new AdaDelta(0.5f, 0.8, 1e-3f, 0.02f),
        "sgd_penalties" => new Sgd(0.1f) { L1 = 0.03f, L2 = 0.05f },
        "adam_penalties" => new Adam(0.1f) { L1 = 0.03f, L2 = 0.05f },
        "adamw_penalties" => new AdamW(0.1f, weightDecay: 0.1f) { L1 = 0.03f, L2 = 0.05f },
        "nesterov_groups" => new Sgd(0.05f, 0.9, nesterov: true) { Groups = Groups("*.weight: rate 0.4", "layer.bias: decay 0.2") },
        "adamw_groups" => new AdamW(0.1f) { Groups = Groups("layer.w*: rate 0.2, decay 0.3", "layer: decay 0") },
        "frozen" => new Sgd(0.1f) { Groups = Groups("layer.bias: frozen") },
        "one_cycle" => new Sgd(0.1f, 0.9),
        "one_cycle_adam" => new Adam(0.2f),
        _ => throw new ArgumentException(name),
    };

    private static ParameterGroup[] Groups(params string[] texts) => [.. texts.Select(ParameterGroup.Parse)];

    private static LearningRateSchedule? ScheduleOf(string name) => name switch
    {
        "one_cycle" => LearningRateSchedule.OneCycle(),
        "one_cycle_adam" => LearningRateSchedule.OneCycle(0.4),
        _ => null,
    };

    private static WeightAverage? AverageOf(string name, ParameterSet parameters, out int from)
    {
        from = name == "average" ? 5 : 0;
        return name switch
        {
            "average" => new WeightAverage(parameters),
            "average_decay" => new WeightAverage(parameters, 0.8),
            _ => null,
        };
    }

    private static void AssertNear(JsonElement expected, IEnumerable<float> actual)
    {
        float[] values = [.. actual];
        Assert.Equal(expected.GetArrayLength(), values.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(expected[i].GetDouble(), values[i], 3e-6);
    }
}
