using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Initializers;

/// <summary>Initializers of matrices that have a property as a whole.</summary>
public sealed class MatrixInitializerTests
{
    [Theory]
    [InlineData(1, 7, 7)]
    [InlineData(1, 40, 40)]
    [InlineData(1, 5, 12)]
    [InlineData(1, 12, 5)]
    [InlineData(1, 1, 6)]
    [InlineData(1, 6, 1)]
    [InlineData(2.5, 8, 3, 2, 2)]
    [InlineData(0.5, 20, 3, 5)]
    public void Orthogonal_has_rows_or_columns_whichever_are_fewer_orthogonal_and_of_the_gains_length(double gain, params int[] sizes)
    {
        float[] w = Fill(Initializer.Orthogonal(gain), sizes);
        int rows = sizes[0], columns = w.Length / rows;
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double dot = Enumerable.Range(0, length).Sum(i => (double)At(a, i) * At(b, i));
                Assert.Equal(a == b ? gain * gain : 0, dot, 1e-6 * gain * gain);
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
            double element = Fill(Initializer.Orthogonal(), [8, 8], place)[0];
            mean += element / Count;
            square += element * element / Count;
        }

        Assert.InRange(mean, -5 * Math.Sqrt(0.125 / Count), 5 * Math.Sqrt(0.125 / Count));
        Assert.InRange(square, 0.11, 0.14);
    }

    [Fact]
    public void Identity_passes_each_input_to_the_output_of_its_number()
    {
        Assert.Equal([1, 0, 0, 0, 1, 0], Fill(Initializer.Identity(), [2, 3]));
        Assert.Equal([2, 0, 0, 2, 0, 0], Fill(Initializer.Identity(2), [3, 2]));
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0], Fill(Initializer.Identity(), [2, 2, 3]));
        float[] kernels = Fill(Initializer.Identity(), [2, 2, 3, 4]);
        Assert.Equal([6, 42], Enumerable.Range(0, kernels.Length).Where(i => kernels[i] == 1));
        Assert.Equal(2, kernels.Sum());
    }

    [Theory]
    [InlineData(50, 0.9, 0.1)]
    [InlineData(20, 1.25, 1)]
    [InlineData(3, 0.5, 0.2)]
    [InlineData(1, 0.7, 0.3)]
    [InlineData(10, 0, 0.5)]
    public void A_reservoir_has_its_radius_and_density(int size, double radius, double density)
    {
        float[] w = Fill(Initializer.SpectralRadius(radius, density), [size, size]);
        var matrix = new double[size, size];
        for (int i = 0; i < w.Length; i++)
            matrix[i / size, i % size] = w[i];
        Assert.Equal(radius, Eigenvalues.SpectralRadius(matrix), 1e-5);
        if (size >= 20)
            Assert.InRange(w.Count(v => v != 0) / (double)w.Length, density - 0.03, density + 0.03);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Contains("square", Assert.Throws<ArgumentException>(() => Fill(Initializer.SpectralRadius(1, 0.5), [2, 3])).Message);
        Assert.Contains("density", Assert.Throws<ArgumentException>(() => Fill(Initializer.SpectralRadius(1, 1e-9), [4, 4])).Message);
        Assert.Contains("density", Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.SpectralRadius(1, 0)).Message);
        Assert.Contains("[5]", Assert.Throws<ArgumentException>(() => Fill(Initializer.Orthogonal(), [5])).Message);
        Assert.Contains("[5]", Assert.Throws<ArgumentException>(() => Fill(Initializer.Identity(), [5])).Message);
        Assert.Contains("3 groups", Assert.Throws<ArgumentException>(() => Fill(Initializer.Transposed(Initializer.HeNormal(), 3), [4, 2, 3])).Message);
    }

    [Fact]
    public void The_numbers_depend_on_seed_and_place_alone()
    {
        foreach (Initializer initializer in new[] { Initializer.GlorotUniform(), Initializer.HeNormal(), Initializer.Orthogonal() })
        {
            float[] w = Fill(initializer, [6, 6]);
            Assert.Equal(w, Fill(initializer, [6, 6]));
            Assert.NotEqual(w, Fill(initializer, [6, 6], place: 1));
            Assert.NotEqual(w, Fill(initializer, [6, 6], seed: 2));
        }
    }

    [Fact]
    public void Transposed_exchanges_inputs_and_outputs_within_each_group()
    {
        // A forward weight [O, C / groups, 2] of O = 6, C = 4 and two groups, and the transposed one [C, O / groups, 2].
        float[] forward = Fill(Initializer.Uniform(0, 1), [6, 2, 2]);
        float[] transposed = Fill(Initializer.Transposed(Initializer.Uniform(0, 1), 2), [4, 3, 2]);
        for (int input = 0; input < 4; input++)
        {
            for (int output = 0; output < 3; output++)
            {
                int row = input / 2 * 3 + output;
                Assert.Equal(forward.AsSpan((row * 2 + input % 2) * 2, 2), transposed.AsSpan((input * 3 + output) * 2, 2));
            }
        }
    }

    private static float[] Fill(Initializer initializer, int[] sizes, uint place = 0, ulong seed = 1)
    {
        Shape shape = new(sizes);
        var values = new float[shape.Length];
        Array.Fill(values, float.NaN);
        initializer.Fill(values, shape, seed, place);
        return values;
    }
}
