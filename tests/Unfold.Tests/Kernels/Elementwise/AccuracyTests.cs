using ElementwiseKernel = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Tests.Kernels.Elementwise;

/// <summary>The error bounds that the kernels' comments state, proven on four million floats of every sign and exponent.</summary>
public sealed unsafe class AccuracyTests
{
    private const int Batch = 4096;

    /// <summary>A prime step through all bit patterns of a float: zeros, denormals, infinities and NaN are among them.</summary>
    private const long BitStep = 1009;

    private delegate void Kernel(float* x, float* y, nint n);

    [Fact]
    public void Exp() => Check((x, y, n) => ElementwiseKernel.Exp(x, y, n), Math.Exp, 1);

    [Fact]
    public void Sigmoid() => Check((x, y, n) => ElementwiseKernel.Sigmoid(x, y, n), Reference.Sigmoid, 2.5, tiny: 1.3e-38, low: 0, high: 1);

    [Fact]
    public void Tanh() => Check((x, y, n) => ElementwiseKernel.Tanh(x, y, n), Math.Tanh, 5, low: -1, high: 1);

    [Fact]
    public void Log() => Check((x, y, n) => ElementwiseKernel.Log(x, y, n), Math.Log, 1);

    [Fact]
    public void LogOnePlus() => Check(
        (x, y, n) => ElementwiseKernel.LogOnePlus(x, y, n), x => x > -1 && double.IsFinite(x) ? Reference.Log1p(x) : double.NaN, 2);

    [Fact]
    public void NormalCdf() => Check((x, y, n) => ElementwiseKernel.NormalCdf(x, y, n), Reference.NormalCdf, 8, low: 0, high: 1);

    [Fact]
    public void Gelu() => Check((x, y, n) => ElementwiseKernel.Gelu(x, y, n), Reference.Gelu, 9, tiny: 2e-44);

    [Fact]
    public void Silu() => Check((x, y, n) => ElementwiseKernel.Silu(x, y, n), Reference.Silu, 4, tiny: 1.2e-36);

    [Fact]
    public void Softplus() => Check((x, y, n) => ElementwiseKernel.Softplus(x, y, n), Reference.Softplus, 2);

    [Fact]
    public void Elu() => Check((x, y, n) => ElementwiseKernel.Elu(x, y, n, 1.5f), x => Reference.Elu(x, 1.5), 2);

    [Fact]
    public void Sine_and_cosine()
    {
        Check((x, y, n) => ElementwiseKernel.Sin(x, y, n), Math.Sin, 1);
        Check((x, y, n) => ElementwiseKernel.Cos(x, y, n), Math.Cos, 1);
    }

    [Fact]
    public void Ends_of_the_range()
    {
        const float infinity = float.PositiveInfinity;
        float[] x = [-infinity, -88, -0f, 0, 88, infinity, float.NaN];
        float[] y = new float[x.Length];
        fixed (float* px = x, py = y)
        {
            ElementwiseKernel.Sigmoid(px, py, 7);
            Assert.Equal([0, 0, 0.5f, 0.5f, 1, 1, float.NaN], y);
            ElementwiseKernel.Tanh(px, py, 7);
            Assert.Equal([-1, -1, -0f, 0, 1, 1, float.NaN], y);
            ElementwiseKernel.Exp(px, py, 7);
            Assert.Equal(0, y[0]);
            Assert.Equal([1, 1], y[2..4]);
            Assert.Equal([infinity, float.NaN], y[5..]);
            ElementwiseKernel.Log(px, py, 7);
            Assert.Equal([float.NaN, float.NaN, -infinity, -infinity, MathF.Log(88), infinity, float.NaN], y);
            ElementwiseKernel.Softplus(px, py, 7);
            Assert.Equal([0, infinity, float.NaN], [y[0], y[5], y[6]]);
            ElementwiseKernel.NormalCdf(px, py, 7);
            Assert.Equal([0, 0, 0.5f, 0.5f, 1, 1, float.NaN], y.Select(v => MathF.Round(v, 6)));
        }
    }

    /// <summary>Within <paramref name="units"/> in the last place of the result, or within <paramref name="tiny"/>.</summary>
    private static void Check(
        Kernel kernel, Func<double, double> reference, double units, double tiny = 0,
        float low = float.NegativeInfinity, float high = float.PositiveInfinity)
    {
        float[] x = new float[Batch], y = new float[Batch];
        fixed (float* px = x, py = y)
        {
            for (long bits = 0; bits < 1L << 32;)
            {
                for (int i = 0; i < Batch; i++, bits += BitStep) x[i] = BitConverter.UInt32BitsToSingle((uint)bits);
                kernel(px, py, Batch);
                for (int i = 0; i < Batch; i++)
                {
                    double expected = reference(x[i]);
                    bool right = double.IsNaN(expected)
                        ? float.IsNaN(y[i])
                        : y[i] == (float)expected || Math.Abs(y[i] - expected) <= Math.Max(tiny, units * Ulp.Of(expected));
                    right &= double.IsNaN(expected) || (y[i] >= low && y[i] <= high);
                    double error = Math.Abs(y[i] - expected) / Ulp.Of(expected);
                    if (!right) Assert.Fail($"f({x[i]:R}) gives {y[i]:R}, not {expected:R}: {error} units.");
                }
            }
        }
    }
}
