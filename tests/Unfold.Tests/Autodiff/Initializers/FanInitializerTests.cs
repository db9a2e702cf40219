using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Initializers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Autodiff.Initializers;

/// <summary>
/// Fans and gains are PyTorch's (see <c>golden/initialization.py</c>), and numbers have the variance that follows from them. For n
/// independent numbers of variance v the mean has the deviation sqrt(v / n) and the variance one of v sqrt((k - 1) / n), k being the
/// kurtosis: 3 of a normal, 1.8 of a uniform distribution. Five such deviations are allowed, which a right generator exceeds once in two
/// million.
/// </summary>
public sealed class FanInitializerTests
{
    private const double Deviations = 5;

    /// <summary>A rule, whether it is normal, the weight's shape, and the variance: by the fans (fan-in, fan-out) of that shape.</summary>
    public static TheoryData<string, int[], double> Variances { get; } = new()
    {
        { "lecun_normal", [300, 200], 1.0 / 200 },
        { "lecun_uniform", [300, 200], 1.0 / 200 },
        { "glorot_normal", [300, 200], 2.0 / 500 },
        { "glorot_uniform", [300, 200], 2.0 / 500 },
        { "he_normal", [300, 200], 2.0 / 200 },
        { "he_uniform", [300, 200], 2.0 / 200 },
        { "lecun_normal", [64, 16, 3, 3], 1.0 / 144 },
        { "glorot_uniform", [64, 16, 3, 3], 2.0 / (144 + 576) },
        { "he_normal", [64, 16, 3, 3], 2.0 / 144 },
        { "he_uniform", [64, 16, 5], 2.0 / 80 },
        { "he_uniform", [48, 4, 3, 3, 3], 2.0 / 108 },
        { "glorot_normal", [20_000], 1.0 / 20_000 },
    };

    private static JsonDocument Golden =>
        JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Autodiff", "Initializers", "golden", "initialization.json")));

    [Theory]
    [MemberData(nameof(Variances))]
    public void Has_the_variance_of_its_fans(string rule, int[] sizes, double variance)
    {
        Check(Rule(rule, 1), rule.EndsWith("normal", StringComparison.Ordinal), sizes, variance);
        Check(Rule(rule, 1.7), rule.EndsWith("normal", StringComparison.Ordinal), sizes, 1.7 * 1.7 * variance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_transposed_convolution_has_the_fans_of_its_forward_one(int groups)
    {
        // [C, O / groups, 3, 3] for C = 32 and O = 64: a unit reads C / groups · 9.
        Initializer he = Initializer.Transposed(Initializer.HeNormal(), groups);
        Check(he, normal: true, [32, 64 / groups, 3, 3], 2.0 / (32 / groups * 9));
    }

    [Fact]
    public void Fans_are_PyTorchs()
    {
        using JsonDocument golden = Golden;
        foreach (JsonElement entry in golden.RootElement.GetProperty("fans").EnumerateArray())
        {
            int[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];
            JsonElement fans = entry.GetProperty("fans");
            Assert.Equal(new Fans(fans[0].GetInt64(), fans[1].GetInt64()), Fans.Of(new Shape(shape)));
        }
    }

    [Fact]
    public void Gains_are_PyTorchs()
    {
        using JsonDocument golden = Golden;
        double Expected(string name) => golden.RootElement.GetProperty("gains").GetProperty(name).GetDouble();
        Assert.Equal(Gain.Linear, Expected("linear"));
        Assert.Equal(Gain.Linear, Expected("sigmoid"));
        Assert.Equal(Gain.Tanh, Expected("tanh"), 1e-15);
        Assert.Equal(Gain.Relu, Expected("relu"), 1e-15);
        Assert.Equal(Expected("leaky_relu"), Gain.LeakyRelu(), 1e-15);
        Assert.Equal(Expected("leaky_relu 0.2"), Gain.LeakyRelu(0.2), 1e-15);
    }

    [Fact]
    public void A_gain_is_above_zero()
    {
        Assert.Contains("he_normal expects a gain above 0", Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.HeNormal(0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.GlorotUniform(double.NaN));
    }

    private static void Check(Initializer initializer, bool normal, int[] sizes, double variance)
    {
        Shape shape = new(sizes);
        float[] values = new float[shape.Length];
        Array.Fill(values, float.NaN);
        initializer.Fill(values, shape, 3, 5);
        double mean = values.Average(v => (double)v), square = values.Average(v => (double)v * v);
        double ofMean = Math.Sqrt(variance / values.Length), ofVariance = variance * Math.Sqrt((normal ? 2 : 0.8) / values.Length);
        Assert.InRange(mean, -Deviations * ofMean, Deviations * ofMean);
        Assert.InRange(square, variance - Deviations * ofVariance, variance + Deviations * ofVariance);

        // The shape: a uniform one ends at sqrt(3 v) and comes near it, a normal one goes beyond three deviations.
        double most = values.Max(Math.Abs), end = Math.Sqrt(3 * variance);
        if (normal)
            Assert.InRange(most, 3 * Math.Sqrt(variance), 7 * Math.Sqrt(variance));
        else
            Assert.InRange(most, 0.99 * end, end * (1 + 1e-6));
    }

    private static Initializer Rule(string name, double gain) => name switch
    {
        "lecun_normal" => Initializer.LecunNormal(gain),
        "lecun_uniform" => Initializer.LecunUniform(gain),
        "glorot_normal" => Initializer.GlorotNormal(gain),
        "glorot_uniform" => Initializer.GlorotUniform(gain),
        "he_normal" => Initializer.HeNormal(gain),
        "he_uniform" => Initializer.HeUniform(gain),
        _ => throw new ArgumentException(name),
    };
}
