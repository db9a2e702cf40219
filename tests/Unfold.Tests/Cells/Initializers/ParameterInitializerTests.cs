using Unfold.Cells.Initializers;
using Init = Unfold.Cells.Graph.Initialization;
using Kind = Unfold.Cells.Graph.InitializationKind;

namespace Unfold.Tests.Cells.Initializers;

public sealed class ParameterInitializerTests
{
    [Theory]
    [InlineData(7, 7)]
    [InlineData(40, 40)]
    [InlineData(5, 12)]
    [InlineData(12, 5)]
    [InlineData(1, 6)]
    [InlineData(6, 1)]
    public void Orthogonal_has_orthonormal_rows_or_columns_whichever_are_fewer(int rows, int columns)
    {
        float[] w = Fill(new Init(Kind.Orthogonal), rows, columns);
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double dot = Enumerable.Range(0, length).Sum(i => (double)At(a, i) * At(b, i));
                Assert.Equal(a == b ? 1 : 0, dot, 1e-6);
            }
        }

        float At(int vector, int element) => rows < columns ? w[vector * columns + element] : w[element * columns + vector];
    }

    [Fact]
    public void Orthogonal_prefers_no_direction()
    {
        // For a uniformly distributed rotation of n = 8 every element has mean 0 and variance 1/8. A QR without the sign fix has a first element
        // whose mean is far from 0.
        const int Count = 2000;
        double mean = 0, square = 0;
        for (uint place = 0; place < Count; place++)
        {
            double element = Fill(new Init(Kind.Orthogonal), 8, 8, place)[0];
            mean += element / Count;
            square += element * element / Count;
        }

        Assert.InRange(mean, -5 * Math.Sqrt(0.125 / Count), 5 * Math.Sqrt(0.125 / Count));
        Assert.InRange(square, 0.11, 0.14);
    }

    [Theory]
    [InlineData("He", 0.01)]
    [InlineData("Lecun", 0.005)]
    [InlineData("Glorot", 0.004)]
    public void A_matrix_has_the_variance_of_its_fans(string kind, double variance)
    {
        // [300, 200]: fan-in 200, fan-out 300. He 2/200, Lecun 1/200, Glorot 2/(200 + 300).
        float[] w = Fill(new Init(Enum.Parse<Kind>(kind)), 300, 200);
        Assert.InRange(w.Average(), -4 * Math.Sqrt(variance / w.Length), 4 * Math.Sqrt(variance / w.Length));
        Assert.InRange(w.Average(v => v * v), variance * 0.97, variance * 1.03);
        if (kind == "Glorot")
            Assert.All(w, v => Assert.InRange(Math.Abs(v), 0, Math.Sqrt(6.0 / 500)));
        else
            Assert.InRange(w.Max(), 3 * Math.Sqrt(variance), 6 * Math.Sqrt(variance));
    }

    [Fact]
    public void Normal_uniform_and_log_uniform_have_the_numbers_they_were_given()
    {
        float[] normal = Fill(new Init(Kind.Normal, 3, 0.5), 100, 100);
        Assert.Equal(3, normal.Average(), 0.02);
        Assert.Equal(0.25, normal.Average(v => (v - 3) * (v - 3)), 0.01);

        float[] uniform = Fill(new Init(Kind.Uniform, -1, 4), 100, 100);
        Assert.All(uniform, v => Assert.InRange(v, -1, 4));
        Assert.Equal(1.5, uniform.Average(), 0.06);
        Assert.Equal(25.0 / 12, uniform.Average(v => (v - 1.5) * (v - 1.5)), 0.06);

        float[] log = Fill(new Init(Kind.LogUniform, 0.01, 100), 100, 100);
        Assert.All(log, v => Assert.InRange(v, 0.0099999, 100.001));
        Assert.Equal(0, log.Average(v => Math.Log(v)), 0.1);
        Assert.Equal(0.5, log.Count(v => v < 1) / 10000.0, 0.02);
    }

    [Fact]
    public void Constants_and_the_identity()
    {
        Assert.All(Fill(new Init(Kind.Zeros), 3, 4), v => Assert.Equal(0, v));
        Assert.All(Fill(new Init(Kind.Constant, -2.5), 3, 4), v => Assert.Equal(-2.5f, v));
        Assert.Equal([1, 0, 0, 0, 1, 0], Fill(new Init(Kind.Identity), 2, 3));
        Assert.Equal([1, 0, 0, 1, 0, 0], Fill(new Init(Kind.Identity), 3, 2));
    }

    [Theory]
    [InlineData(50, 0.9, 0.1)]
    [InlineData(20, 1.25, 1)]
    [InlineData(3, 0.5, 0.2)]
    [InlineData(1, 0.7, 0.3)]
    [InlineData(10, 0, 0.5)]
    public void A_reservoir_has_its_radius_and_density(int size, double radius, double density)
    {
        float[] w = Fill(new Init(Kind.SpectralRadius, radius, density), size, size);
        var matrix = new double[size, size];
        for (int i = 0; i < w.Length; i++)
            matrix[i / size, i % size] = w[i];
        Assert.Equal(radius, Eigenvalues.SpectralRadius(matrix), 1e-5);
        if (size >= 20)
            Assert.InRange(w.Count(v => v != 0) / (double)w.Length, density - 0.03, density + 0.03);
    }

    [Fact]
    public void A_reservoir_that_cannot_be_is_refused()
    {
        Assert.Contains("square", Assert.Throws<ArgumentException>(() => Fill(new Init(Kind.SpectralRadius, 1, 0.5), 2, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("density", Assert.Throws<ArgumentException>(() => Fill(new Init(Kind.SpectralRadius, 1, 0), 4, 4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_numbers_depend_on_seed_and_place_alone()
    {
        foreach (Kind kind in new[] { Kind.Glorot, Kind.He, Kind.Orthogonal })
        {
            float[] w = Fill(new Init(kind), 6, 6);
            Assert.Equal(w, Fill(new Init(kind), 6, 6));
            Assert.NotEqual(w, Fill(new Init(kind), 6, 6, place: 1));
            Assert.NotEqual(w, Fill(new Init(kind), 6, 6, seed: 2));
        }
    }

    private static float[] Fill(Init init, int rows, int columns, uint place = 0, ulong seed = 1)
    {
        var values = new float[rows * columns];
        Array.Fill(values, float.NaN);
        ParameterInitializer.Fill(values, [rows, columns], init, seed, place);
        return values;
    }
}
