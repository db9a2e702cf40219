using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff;

public sealed class InitializerTests
{
    [Fact]
    public void Uniform_has_its_range_and_moments()
    {
        float[] values = Fill(Initializer.Uniform(-0.5, 1.5), 20_000);
        Assert.InRange(values.Min(), -0.5, -0.499);
        Assert.InRange(values.Max(), 1.499, 1.5);
        Assert.InRange(values.Average(), 0.48, 0.52);
        Assert.InRange(Deviation(values), 0.99 / Math.Sqrt(3), 1.01 / Math.Sqrt(3));
    }

    [Fact]
    public void Normal_takes_a_deviation_not_a_variance()
    {
        float[] values = Fill(Initializer.Normal(3, 0.1), 20_000);
        Assert.InRange(values.Average(), 2.997, 3.003);
        Assert.InRange(Deviation(values), 0.098, 0.102);
    }

    [Fact]
    public void Log_uniform_is_uniform_in_the_logarithm()
    {
        // Mean 0 and deviation ln 100 / sqrt 3 of the logarithms, and as many below 1 as above; within five deviations of what n numbers give.
        float[] values = Fill(Initializer.LogUniform(0.01, 100), 20_000);
        Assert.All(values, v => Assert.InRange(v, 0.0099999, 100.001));
        double deviation = Math.Log(100) / Math.Sqrt(3);
        Assert.InRange(values.Average(v => Math.Log(v)), -5 * deviation / Math.Sqrt(20_000), 5 * deviation / Math.Sqrt(20_000));
        Assert.InRange(values.Count(v => v < 1) / 20_000.0, 0.5 - 2.5 / Math.Sqrt(20_000), 0.5 + 2.5 / Math.Sqrt(20_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.LogUniform(0, 1));
    }

    [Fact]
    public void Constants_are_constant()
    {
        Assert.All(Fill(Initializer.Zeros, 9), v => Assert.Equal(0, v));
        Assert.All(Fill(Initializer.Ones, 9), v => Assert.Equal(1, v));
        Assert.All(Fill(Initializer.Constant(-2.5f), 9), v => Assert.Equal(-2.5f, v));
    }

    [Fact]
    public void Values_depend_on_the_seed_and_the_name_and_not_on_the_order()
    {
        float[] Values(ulong seed, params string[] names)
        {
            ParameterSet set = new();
            foreach (string name in names)
                set.Add(name, new Shape(20), Initializer.Uniform(0, 1));
            set.Allocate(seed);
            return set["a"].Value.Values.ToArray();
        }

        Assert.Equal(Values(1, "a"), Values(1, "b", "a"));
        Assert.NotEqual(Values(1, "a"), Values(2, "a"));
        ParameterSet two = new();
        two.Add("a", new Shape(20), Initializer.Normal(0, 1));
        two.Add("b", new Shape(20), Initializer.Normal(0, 1));
        two.Allocate(1);
        Assert.NotEqual(two["a"].Value.Values.ToArray(), two["b"].Value.Values.ToArray());
    }

    [Fact]
    public void Initializers_print_as_in_the_cell_language()
    {
        Assert.Equal("uniform(-0.1, 0.1)", Initializer.Uniform(-0.1, 0.1).ToString());
        Assert.Equal("normal(0, 1)", Initializer.Normal(0, 1).ToString());
        Assert.Equal("1", Initializer.Ones.ToString());
        Assert.Equal("he_normal", Initializer.HeNormal().ToString());
        Assert.Equal("glorot_uniform(gain 2.5), transposed", Initializer.Transposed(Initializer.GlorotUniform(2.5)).ToString());
        Assert.Equal("orthogonal(gain 2)", Initializer.Orthogonal(2).ToString());
        Assert.Equal("spectral_radius(0.9, 0.1)", Initializer.SpectralRadius(0.9, 0.1).ToString());
    }

    private static float[] Fill(Initializer initializer, int count)
    {
        float[] values = new float[count];
        initializer.Fill(values, new Shape(count), 7, 9);
        return values;
    }

    private static double Deviation(float[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(x => (x - mean) * (x - mean)));
    }
}
