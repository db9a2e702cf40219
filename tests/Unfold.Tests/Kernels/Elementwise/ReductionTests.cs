using ElementwiseKernel = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Tests.Kernels.Elementwise;

public sealed unsafe class ReductionTests
{
    private static readonly int[] Lengths = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 255, 257, 1000];

    [Fact]
    public void Equal_sums_in_double()
    {
        var random = new System.Random(1);
        foreach (int n in Lengths)
        {
            float[] a = new float[n + 16], b = new float[n + 16];
            Array.Fill(a, float.NaN);
            Array.Fill(b, float.NaN);
            for (int i = 0; i < n; i++) (a[i], b[i]) = ((random.NextSingle() * 2) - 1, (random.NextSingle() * 2) - 1);
            fixed (float* pa = a, pb = b)
            {
                double bound = 1e-7 * (n + 1);
                Assert.Equal(a.Take(n).Sum(x => (double)x), ElementwiseKernel.Sum(pa, n), bound);
                Assert.Equal(a.Take(n).Zip(b, (x, y) => (double)x * y).Sum(), ElementwiseKernel.Dot(pa, pb, n), bound);
                Assert.Equal(n == 0 ? float.NegativeInfinity : a.Take(n).Max(), ElementwiseKernel.Maximum(pa, n));
            }
        }
    }

    [Fact]
    public void Maximum_shows_a_NaN_wherever_it_is()
    {
        foreach (int n in Lengths)
        {
            float[] x = new float[n];
            fixed (float* p = x)
            {
                for (int i = 0; i < n; i++)
                {
                    Array.Fill(x, 1f);
                    x[i] = float.NaN;
                    Assert.True(float.IsNaN(ElementwiseKernel.Maximum(p, n)));
                }
            }
        }
    }

    [Fact]
    public void The_order_depends_on_the_length_alone()
    {
        var random = new System.Random(2);
        float[] numbers = new float[700];
        for (int i = 0; i < 600; i++) numbers[i] = random.NextSingle();
        fixed (float* p = numbers)
        {
            float sum = ElementwiseKernel.Sum(p, 600);
            for (int shift = 1; shift < 20; shift++)
            {
                Array.Copy(numbers, shift - 1, numbers, shift, 600);
                Assert.Equal(sum, ElementwiseKernel.Sum(p + shift, 600));
            }
        }
    }
}
