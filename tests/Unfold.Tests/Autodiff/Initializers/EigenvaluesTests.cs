namespace Unfold.Tests.Autodiff.Initializers;

public sealed class EigenvaluesTests
{
    [Fact]
    public void Of_a_diagonal_a_rotation_and_a_nilpotent_matrix()
    {
        Same([(-4, 0), (2, 0), (3, 0)], Eigenvalues.Of(new double[,] { { 3, 0, 0 }, { 0, -4, 0 }, { 0, 0, 2 } }));
        Same([(0, -1), (0, 1)], Eigenvalues.Of(new double[,] { { 0, -1 }, { 1, 0 } }));
        Same([(0, 0), (0, 0), (0, 0)], Eigenvalues.Of(new double[,] { { 0, 1, 5 }, { 0, 0, 2 }, { 0, 0, 0 } }));
        Assert.Empty(Eigenvalues.Of(new double[0, 0]));
    }

    [Fact]
    public void Of_a_cyclic_permutation_are_the_roots_of_one()
    {
        // All of the same size: the case in which unshifted iterations do not converge.
        foreach (int n in new[] { 3, 4, 5, 8, 17 })
        {
            var cycle = new double[n, n];
            for (int i = 0; i < n; i++)
                cycle[(i + 1) % n, i] = 1;
            Same([.. Enumerable.Range(0, n).Select(k => (Math.Cos(2 * Math.PI * k / n), Math.Sin(2 * Math.PI * k / n)))], Eigenvalues.Of(cycle));
        }
    }

    [Fact]
    public void Of_a_companion_matrix_are_the_polynomials_roots()
    {
        // (z - 1)(z - 2)(z + 3)(z² + 4) = z⁵ - 3z³ + 6z² - 28z + 24
        double[] c = [0, -3, 6, -28, 24];
        var companion = new double[5, 5];
        for (int i = 0; i < 5; i++)
        {
            companion[0, i] = -c[i];
            if (i > 0)
                companion[i, i - 1] = 1;
        }

        Same([(-3, 0), (0, -2), (0, 2), (1, 0), (2, 0)], Eigenvalues.Of(companion));
    }

    [Fact]
    public void Sums_of_powers_are_traces_of_powers()
    {
        var random = new Random(5);
        for (int n = 1; n <= 60; n += n < 12 ? 1 : 12)
        {
            var a = new double[n, n];
            for (int i = 0; i < n * n; i++)
                a[i / n, i % n] = random.Next(3) == 0 ? 2 * random.NextDouble() - 1 : 0;
            List<(double Real, double Imaginary)> found = Eigenvalues.Of(a);
            double trace = 0, traceOfSquare = 0;
            for (int i = 0; i < n; i++)
            {
                trace += a[i, i];
                for (int j = 0; j < n; j++)
                    traceOfSquare += a[i, j] * a[j, i];
            }

            Assert.Equal(n, found.Count);
            Assert.Equal(trace, found.Sum(e => e.Real), 1e-9);
            Assert.Equal(0, found.Sum(e => e.Imaginary), 1e-9);
            Assert.Equal(traceOfSquare, found.Sum(e => e.Real * e.Real - e.Imaginary * e.Imaginary), 1e-8);
        }
    }

    private static void Same(List<(double, double)> expected, List<(double Real, double Imaginary)> found)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach ((double real, double imaginary) in expected)
        {
            int match = found.FindIndex(e => Math.Abs(e.Real - real) < 1e-9 && Math.Abs(e.Imaginary - imaginary) < 1e-9);
            Assert.True(match >= 0, $"{real} + {imaginary}i is not among {string.Join(", ", found)}.");
            found.RemoveAt(match);
        }
    }
}
