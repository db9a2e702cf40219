using Unfold.Kernels.Normalization;

namespace Unfold.Tests.Kernels.Normalization;

/// <summary>Rows normalised, and the gradient through that, against double arithmetic.</summary>
public sealed unsafe class StandardizationTests
{
    private const int Rows = 3;

    private const float Sentinel = 777.25f;

    public static TheoryData<int> Lengths { get; } = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 256, 650];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_row_gets_zero_mean_and_unit_variance(int n)
    {
        // Numbers far from zero too: the mean must not cost the variance its digits.
        foreach (float mean in new[] { 0f, 100f })
        {
            float[] x = Numbers(n, 1, mean);
            foreach (bool inPlace in new[] { false, true })
            {
                float[] input = [.. x], y = inPlace ? input : Sentinels(n), means = new float[Rows], scales = new float[Rows];
                fixed (float* px = input, pm = means, ps = scales, py = y)
                {
                    Standardization.Mean(px, pm, Rows, n);
                    Standardization.InverseDeviation(px, pm, ps, Rows, n, 1e-5f);
                    Standardization.Normalize(px, pm, ps, py, Rows, n);
                }

                for (int row = 0; row < Rows; row++)
                {
                    (double[] expected, double scale) = Normalized(Row(x, row, n));
                    double bound = (1e-6 + (1e-7 * mean)) * Math.Max(1, scale);
                    Assert.Equal(scale, scales[row], 4 * bound * scale);
                    Close(expected, y, row, n, bound);
                }

                Assert.All(y[(Rows * n)..], value => Assert.Equal(Sentinel, value));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_gradient_goes_through_mean_and_variance(int n)
    {
        float[] d = Numbers(n, 2, 0.5f), x = Numbers(n, 3, 1), means = new float[Rows], scales = new float[Rows];
        fixed (float* px = x, pm = means, ps = scales)
        {
            Standardization.Mean(px, pm, Rows, n);
            Standardization.InverseDeviation(px, pm, ps, Rows, n, 1e-5f);
        }

        float[] norms = [.. x];
        for (int target = 0; target < 3; target++)
        {
            fixed (float* px = x, pm = means, ps = scales, py = norms) Standardization.Normalize(px, pm, ps, py, Rows, n);
            float[] gradients = [.. d], z = target switch { 0 => Sentinels(n), 1 => gradients, _ => norms };
            fixed (float* pd = gradients, py = norms, ps = scales, pz = z) Standardization.Adjoint(pd, py, ps, pz, Rows, n);
            for (int row = 0; row < Rows; row++)
            {
                double scale = Math.Max(1, scales[row]);
                Close(Gradient(Row(d, row, n), Row(x, row, n)), z, row, n, 1e-6 * scale * scale);
            }

            Assert.All(z[(Rows * n)..], value => Assert.Equal(Sentinel, value));
        }
    }

    /// <summary>The reference itself, against differences.</summary>
    [Fact]
    public void The_gradient_is_that_of_the_normalised_row()
    {
        double[] d = Row(Numbers(9, 4, 0.5f), 0, 9), x = Row(Numbers(9, 5, 1), 0, 9), gradient = Gradient(d, x);
        for (int i = 0; i < x.Length; i++)
        {
            double[] above = [.. x], below = [.. x];
            (above[i], below[i]) = (x[i] + 1e-5, x[i] - 1e-5);
            double slope = d.Zip(Normalized(above).Y, Normalized(below).Y).Sum(v => v.First * (v.Second - v.Third)) / 2e-5;
            Assert.Equal(slope, gradient[i], 1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_row_has_the_bits_it_has_alone(int n)
    {
        float[] d = Numbers(n, 6, 0), x = Numbers(n, 7, 0), y = Sentinels(n), z = Sentinels(n), means = new float[Rows], scales = new float[Rows], alone = new float[n];
        float mean, scale;
        fixed (float* pd = d, px = x, pm = means, ps = scales, py = y, pz = z, p = alone)
        {
            Standardization.Mean(px, pm, Rows, n);
            Standardization.InverseDeviation(px, pm, ps, Rows, n, 1e-5f);
            Standardization.Normalize(px, pm, ps, py, Rows, n);
            Standardization.Adjoint(pd, py, ps, pz, Rows, n);
            for (int row = 0; row < Rows; row++)
            {
                Standardization.Mean(px + (row * n), &mean, 1, n);
                Standardization.InverseDeviation(px + (row * n), &mean, &scale, 1, n, 1e-5f);
                Assert.Equal(scales[row], scale);
                Standardization.Normalize(px + (row * n), &mean, &scale, p, 1, n);
                Assert.Equal<float>(y[(row * n)..((row + 1) * n)], alone);
                Standardization.Adjoint(pd + (row * n), p, &scale, p, 1, n);
                Assert.Equal<float>(z[(row * n)..((row + 1) * n)], alone);
            }
        }
    }

    [Fact]
    public void A_row_of_equal_numbers_becomes_zeros()
    {
        float[] x = new float[100], y = Sentinels(100);
        float mean, scale;
        Array.Fill(x, 3f);
        fixed (float* px = x, py = y)
        {
            Standardization.Mean(px, &mean, 1, 100);
            Standardization.InverseDeviation(px, &mean, &scale, 1, 100, 1e-5f);
            Standardization.Normalize(px, &mean, &scale, py, 1, 100);
        }

        Assert.Equal(1 / Math.Sqrt(1e-5), scale, 1e-3);
        Assert.All(y[..100], value => Assert.Equal(0, value));
    }

    private static float[] Numbers(int n, int seed, float mean)
    {
        var random = new System.Random(seed * 1000 + n);
        float[] values = Sentinels(n);
        for (int i = 0; i < Rows * n; i++) values[i] = mean + (random.NextSingle() * 4) - 2;
        return values;
    }

    private static float[] Sentinels(int n)
    {
        float[] values = new float[(Rows * n) + 16];
        Array.Fill(values, Sentinel);
        return values;
    }

    private static double[] Row(float[] x, int row, int n) => [.. x.Skip(row * n).Take(n).Select(v => (double)v)];

    private static (double[] Y, double Scale) Normalized(double[] x)
    {
        double mean = x.Average(), scale = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-5);
        return ([.. x.Select(v => (v - mean) * scale)], scale);
    }

    private static double[] Gradient(double[] d, double[] x)
    {
        (double[] y, double scale) = Normalized(x);
        double shift = d.Average(), slope = d.Zip(y, (a, b) => a * b).Average();
        return [.. d.Zip(y, (a, b) => scale * (a - shift - (b * slope)))];
    }

    private static void Close(double[] expected, float[] actual, int row, int n, double bound)
    {
        for (int i = 0; i < n; i++)
        {
            double difference = Math.Abs(expected[i] - actual[(row * n) + i]);
            Assert.True(difference <= 4 * bound, $"n={n}, row {row}, element {i}: {actual[(row * n) + i]}, not {expected[i]} (bound {4 * bound}).");
        }
    }
}
