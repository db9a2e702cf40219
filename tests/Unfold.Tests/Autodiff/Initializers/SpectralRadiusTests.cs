using Unfold.Autodiff.Initializers;

namespace Unfold.Tests.Autodiff.Initializers;

public sealed class SpectralRadiusTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(17, 1, 3)]
    [InlineData(64, 0.1, 4)]
    [InlineData(100, 0.02, 5)]
    [InlineData(100, 1, 6)]
    public void Equals_the_largest_eigenvalue_that_the_QR_algorithm_finds(int n, double density, int seed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() < density ? 2 * random.NextSingle() - 1 : 0)];
        var matrix = new double[n, n];
        for (int i = 0; i < values.Length; i++)
            matrix[i / n, i % n] = values[i];
        double expected = Eigenvalues.Of(matrix).Max(e => Math.Sqrt(e.Real * e.Real + e.Imaginary * e.Imaginary));
        Assert.InRange(SpectralRadius.Of(values, n), expected * (1 - 2e-5), expected * (1 + 2e-5));
    }

    [Fact]
    public void Of_a_rotation_a_defective_and_a_nilpotent_matrix()
    {
        Assert.Equal(2, SpectralRadius.Of([0, -2, 2, 0], 2), 1e-5);
        Assert.Equal(3, SpectralRadius.Of([3, 1, 0, 0, 3, 1, 0, 0, 3], 3), 1e-5);
        Assert.Equal(0, SpectralRadius.Of([0, 1, 5, 0, 0, 2, 0, 0, 0], 3));
        Assert.Equal(1e-20, SpectralRadius.Of([1e-20f], 1), 1e-25);
        Assert.Equal(1e20, SpectralRadius.Of([1e20f], 1), 1e15);
    }
}
