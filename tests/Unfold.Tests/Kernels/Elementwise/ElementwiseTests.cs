using ElementwiseKernel = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Tests.Kernels.Elementwise;

/// <summary>Every kernel against double arithmetic, at lengths around the vector widths, also in place; no more may be written.</summary>
public sealed unsafe class ElementwiseTests
{
    private const float Sentinel = 777.25f;

    private static readonly int[] Lengths = [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 255, 257, 1000];

    private delegate void Unary(float* x, float* y, nint n);

    private delegate void Binary(float* a, float* b, float* y, nint n);

    private delegate void Ternary(float* a, float* b, float* c, float* y, nint n);

    private delegate void Quaternary(float* a, float* b, float* c, float* d, float* y, nint n);

    [Fact]
    public void Functions_of_one_number()
    {
        Check((x, y, n) => ElementwiseKernel.Sigmoid(x, y, n), Reference.Sigmoid);
        Check((x, y, n) => ElementwiseKernel.Tanh(x, y, n), Math.Tanh);
        Check((x, y, n) => ElementwiseKernel.Relu(x, y, n), x => Math.Max(x, 0));
        Check((x, y, n) => ElementwiseKernel.Exp(x, y, n), Math.Exp);
        Check((x, y, n) => ElementwiseKernel.ShiftedExp(x, y, n, 0.25f), x => Math.Exp(x - 0.25));
        Check((x, y, n) => ElementwiseKernel.Log(x, y, n), Math.Log);
        Check((x, y, n) => ElementwiseKernel.LogOnePlus(x, y, n), x => x > -1 ? Reference.Log1p(x) : double.NaN);
        Check((x, y, n) => ElementwiseKernel.Sqrt(x, y, n), Math.Sqrt);
        Check((x, y, n) => ElementwiseKernel.Abs(x, y, n), Math.Abs);
        Check((x, y, n) => ElementwiseKernel.Square(x, y, n), x => x * x);
        Check((x, y, n) => ElementwiseKernel.Sin(x, y, n), Math.Sin);
        Check((x, y, n) => ElementwiseKernel.Cos(x, y, n), Math.Cos);
        Check((x, y, n) => ElementwiseKernel.Negate(x, y, n), x => -x);
        Check((x, y, n) => ElementwiseKernel.Sign(x, y, n), x => Math.Sign(x));
        Check((x, y, n) => ElementwiseKernel.Step(x, y, n), x => x > 0 ? 1 : 0);
        Check((x, y, n) => ElementwiseKernel.LeakyRelu(x, y, n, 0.25f), x => x > 0 ? x : 0.25 * x);
        Check((x, y, n) => ElementwiseKernel.Elu(x, y, n, 0.5f), x => Reference.Elu(x, 0.5));
        Check((x, y, n) => ElementwiseKernel.Gelu(x, y, n), Reference.Gelu);
        Check((x, y, n) => ElementwiseKernel.NormalCdf(x, y, n), Reference.NormalCdf);
        Check((x, y, n) => ElementwiseKernel.Silu(x, y, n), Reference.Silu);
        Check((x, y, n) => ElementwiseKernel.Softplus(x, y, n), Reference.Softplus);
        Check((x, y, n) => ElementwiseKernel.Softsign(x, y, n), x => x / (1 + Math.Abs(x)));
        Check((x, y, n) => ElementwiseKernel.HardSigmoid(x, y, n), x => Math.Clamp((x / 6) + 0.5, 0, 1));
        Check((x, y, n) => ElementwiseKernel.Clip(x, y, n, -0.5f, 0.75f), x => Math.Clamp(x, -0.5, 0.75));
        Check((x, y, n) => ElementwiseKernel.Reciprocal(x, y, n), x => 1 / x);
        Check((x, y, n) => ElementwiseKernel.Scale(x, y, n, 1.5f), x => 1.5 * x);
        Check((x, y, n) => ElementwiseKernel.AddScalar(x, y, n, 0.25f), x => x + 0.25);
        Check((x, y, n) => ElementwiseKernel.ReverseSubtract(x, y, n, 2), x => 2 - x);
        Check((x, y, n) => ElementwiseKernel.OneMinus(x, y, n), x => 1 - x);
        Check((x, y, n) => ElementwiseKernel.Copy(x, y, n), x => x);
        Check((x, y, n) => ElementwiseKernel.Fill(y, n, 2.5f), _ => 2.5);
    }

    [Fact]
    public void Functions_of_two_numbers()
    {
        Check((a, b, y, n) => ElementwiseKernel.Add(a, b, y, n), (a, b) => a + b);
        Check((a, b, y, n) => ElementwiseKernel.Subtract(a, b, y, n), (a, b) => a - b);
        Check((a, b, y, n) => ElementwiseKernel.Multiply(a, b, y, n), (a, b) => a * b);
        Check((a, b, y, n) => ElementwiseKernel.Divide(a, b, y, n), (a, b) => a / b);
        Check((a, b, y, n) => ElementwiseKernel.Minimum(a, b, y, n), Math.Min);
        Check((a, b, y, n) => ElementwiseKernel.Maximum(a, b, y, n), Math.Max);
        Check((a, b, y, n) => ElementwiseKernel.GreaterOrEqual(a, b, y, n), (a, b) => a >= b ? 1 : 0);
        Check((a, b, y, n) => ElementwiseKernel.SigmoidAdjoint(a, b, y, n), (d, s) => d * s * (1 - s));
        Check((a, b, y, n) => ElementwiseKernel.TanhAdjoint(a, b, y, n), (d, t) => d * (1 - (t * t)));
        Check((a, b, y, n) => ElementwiseKernel.ReluAdjoint(a, b, y, n), (d, r) => r > 0 ? d : 0);
        Check((a, b, y, n) => ElementwiseKernel.LeakyReluAdjoint(a, b, y, n, 0.25f), (d, x) => x > 0 ? d : 0.25 * d);
        Check((a, b, y, n) => ElementwiseKernel.EluAdjoint(a, b, y, n, 0.5f), (d, x) => x > 0 ? d : d * 0.5 * Math.Exp(x));
        Check((a, b, y, n) => ElementwiseKernel.GeluAdjoint(a, b, y, n),
            (d, x) => d * (Reference.NormalCdf(x) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI))));
        Check((a, b, y, n) => ElementwiseKernel.SiluAdjoint(a, b, y, n), (d, x) => d * Reference.Sigmoid(x) * (1 + (x * Reference.Sigmoid(-x))));
        Check((a, b, y, n) => ElementwiseKernel.SoftplusAdjoint(a, b, y, n), (d, x) => d * Reference.Sigmoid(x));
        Check((a, b, y, n) => ElementwiseKernel.KlDivergence(a, b, y, n), (p, q) => p * (Math.Log(p) - q));
    }

    /// <summary>However large the other side is: a state that a gate holds does not drift.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public unsafe void A_gate_fully_open_or_shut_gives_one_side_to_the_bit(float gate)
    {
        float[] f = [.. Enumerable.Repeat(gate, 37)], a = [.. f.Select((_, i) => (float)Math.Sin(i + 1))], b = [.. f.Select((_, i) => 1e6f / (i + 1))], y = new float[37];

        fixed (float* pf = f, pa = a, pb = b, py = y)
            ElementwiseKernel.Lerp(pf, pa, pb, py, y.Length);

        Assert.Equal(gate == 1 ? a : b, y);
    }

    [Fact]
    public void Functions_of_three_and_four_numbers()
    {
        Check((a, b, c, y, n) => ElementwiseKernel.MultiplyAdd(a, b, c, y, n), (a, b, c) => (a * b) + c);
        Check((a, b, c, y, n) => ElementwiseKernel.Lerp(a, b, c, y, n), (f, a, b) => (f * a) + ((1 - f) * b));
        Check((a, b, c, y, n) => ElementwiseKernel.SubtractMultiply(a, b, c, y, n), (a, b, c) => (a - b) * c);
        Check((a, b, c, y, n) => ElementwiseKernel.SigmoidAdjointMultiply(a, b, c, y, n), (d, e, s) => d * e * s * (1 - s));
        Check((a, b, c, y, n) => ElementwiseKernel.TanhAdjointMultiply(a, b, c, y, n), (d, e, t) => d * e * (1 - (t * t)));
        Check((a, b, c, y, n) => ElementwiseKernel.BinaryCrossEntropy(a, b, c, y, n),
            (x, t, w) => (w * t * Reference.Softplus(-x)) + ((1 - t) * Reference.Softplus(x)));
        Check((a, b, c, y, n) => ElementwiseKernel.BinaryCrossEntropyAdjoint(a, b, c, y, n),
            (x, t, w) => ((1 - t) * Reference.Sigmoid(x)) - (w * t * Reference.Sigmoid(-x)));
        Check((a, b, c, d, y, n) => ElementwiseKernel.MultiplyMultiplyAdd(a, b, c, d, y, n), (a, b, c, d) => (a * b) + (c * d));
    }

    [Fact]
    public void Accumulations()
    {
        // In place the previous y is the last input.
        CheckInPlace((a, b, y, n) => ElementwiseKernel.MultiplyAccumulate(a, b, y, n), (a, b, y) => y + (a * b));
        CheckInPlace((a, _, y, n) => ElementwiseKernel.Accumulate(a, y, n), (a, _, y) => y + a);
    }

    [Fact]
    public void Bits_do_not_depend_on_the_place()
    {
        float[] x = Inputs(100, 3), whole = new float[100], part = new float[100];
        fixed (float* px = x, pw = whole, pp = part)
        {
            foreach (Unary kernel in (Unary[])[
                (a, y, n) => ElementwiseKernel.Sigmoid(a, y, n), (a, y, n) => ElementwiseKernel.Tanh(a, y, n),
                (a, y, n) => ElementwiseKernel.Exp(a, y, n), (a, y, n) => ElementwiseKernel.Gelu(a, y, n),
                (a, y, n) => ElementwiseKernel.Sin(a, y, n), (a, y, n) => ElementwiseKernel.Softplus(a, y, n),
            ])
            {
                kernel(px, pw, 100);
                for (int start = 0; start < 100; start += 5) kernel(px + start, pp + start, 5);
                Assert.Equal(whole, part);
            }
        }
    }

    private static float[] Inputs(int n, int seed)
    {
        var random = new System.Random(seed);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = i % 11 == 5 ? 0.5f : (random.NextSingle() * 8) - 4;
        return values;
    }

    private static void Check(Unary kernel, Func<double, double> reference) =>
        Check((a, _, _, _, y, n) => kernel(a, y, n), (a, _, _, _) => reference(a), 1);

    private static void Check(Binary kernel, Func<double, double, double> reference) =>
        Check((a, b, _, _, y, n) => kernel(a, b, y, n), (a, b, _, _) => reference(a, b), 2);

    private static void Check(Ternary kernel, Func<double, double, double, double> reference) =>
        Check((a, b, c, _, y, n) => kernel(a, b, c, y, n), (a, b, c, _) => reference(a, b, c), 3);

    private static void Check(Quaternary kernel, Func<double, double, double, double, double> reference) => Check(kernel, reference, 4);

    /// <summary>Into an array of its own, then into each of its inputs.</summary>
    private static void Check(Quaternary kernel, Func<double, double, double, double, double> reference, int inputs)
    {
        foreach (int n in Lengths)
        {
            for (int target = inputs; target >= 0; target--)
            {
                float[][] x = [.. Enumerable.Range(0, 5).Select(i => Inputs(n + 16, (n * 5) + i))];
                float[][] before = [.. x.Select(v => v.ToArray())];
                int output = target == inputs ? 4 : target;
                Array.Fill(x[output], Sentinel, n, 16);
                fixed (float* a = x[0], b = x[1], c = x[2], d = x[3], y = x[output]) kernel(a, b, c, d, y, n);
                for (int i = 0; i < n; i++)
                {
                    double expected = reference(before[0][i], before[1][i], before[2][i], before[3][i]);
                    Close(expected, x[output][i], n, i);
                }

                Assert.All(x[output][n..], value => Assert.Equal(Sentinel, value));
            }
        }
    }

    private static void CheckInPlace(Ternary kernel, Func<double, double, double, double> reference)
    {
        foreach (int n in Lengths)
        {
            float[] a = Inputs(n, 1), b = Inputs(n, 2), y = Inputs(n + 16, 3), before = [.. y];
            fixed (float* pa = a, pb = b, py = y) kernel(pa, pb, py, py, n);
            for (int i = 0; i < n; i++) Close(reference(a[i], b[i], before[i]), y[i], n, i);
            Assert.Equal(before[n..], y[n..]);
        }
    }

    private static void CheckInPlace(Binary kernel, Func<double, double, double, double> reference) =>
        CheckInPlace((a, b, _, y, n) => kernel(a, b, y, n), reference);

    private static void Close(double expected, float actual, int n, int i)
    {
        bool right = double.IsNaN(expected) ? float.IsNaN(actual) : Math.Abs(actual - expected) <= 1e-6 * Math.Max(1, Math.Abs(expected));
        if (!right && !(double.IsInfinity(expected) && actual == expected)) Assert.Fail($"n={n}, element {i}: {actual}, not {expected}");
    }
}
