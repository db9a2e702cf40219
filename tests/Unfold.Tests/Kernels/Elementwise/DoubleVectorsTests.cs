using Unfold.Kernels.Elementwise;

namespace Unfold.Tests.Kernels.Elementwise;

public sealed unsafe class DoubleVectorsTests
{
    [Fact]
    public void Equal_the_plain_loops_at_every_length()
    {
        var random = new System.Random(1);
        for (int n = 0; n <= 70; n++)
        {
            double[] x = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() - 0.5)], y = [.. x.Select(v => v * v - 0.3)];
            double[] expected = [.. x.Zip(y, (a, b) => b - 1.7 * a)];
            fixed (double* px = x, py = y)
            {
                Assert.Equal(x.Zip(y, (a, b) => a * b).Sum(), DoubleVectors.Dot(px, py, n), 1e-14);
                DoubleVectors.SubtractScaled(1.7, px, py, n);
            }

            Assert.Equal(expected, y);
        }
    }
}
