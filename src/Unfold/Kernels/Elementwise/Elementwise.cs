namespace Unfold.Kernels.Elementwise;

/// <summary>Functions along arrays of n floats. y may be an input itself; otherwise they must not overlap.</summary>
/// <remarks>The bits of an element depend on its operands and the vector width alone, not on n or its place.</remarks>
internal static unsafe partial class Elementwise
{
    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    public static void Sigmoid(float* x, float* y, nint n) => Map.Unary(new SigmoidOperation(), x, y, n);

    /// <summary>y = tanh(x).</summary>
    public static void Tanh(float* x, float* y, nint n) => Map.Unary(new TanhOperation(), x, y, n);

    /// <summary>y = max(x, 0).</summary>
    public static void Relu(float* x, float* y, nint n) => Map.Unary(new ReluOperation(), x, y, n);

    /// <summary>y = exp(x).</summary>
    public static void Exp(float* x, float* y, nint n) => Map.Unary(new ExpOperation(), x, y, n);

    /// <summary>y = exp(x - a).</summary>
    public static void ShiftedExp(float* x, float* y, nint n, float a) => Map.Unary(new ShiftedExpOperation(a), x, y, n);

    /// <summary>y = ln(x).</summary>
    public static void Log(float* x, float* y, nint n) => Map.Unary(new LogOperation(), x, y, n);

    /// <summary>y = ln(1 + x) for finite x; NaN at -1 and below.</summary>
    public static void LogOnePlus(float* x, float* y, nint n) => Map.Unary(new LogOnePlusOperation(), x, y, n);

    /// <summary>y = the square root.</summary>
    public static void Sqrt(float* x, float* y, nint n) => Map.Unary(new SquareRootOperation(), x, y, n);

    /// <summary>y = |x|.</summary>
    public static void Abs(float* x, float* y, nint n) => Map.Unary(new AbsoluteOperation(), x, y, n);

    /// <summary>y = x * x.</summary>
    public static void Square(float* x, float* y, nint n) => Map.Unary(new SquareOperation(), x, y, n);

    /// <summary>y = sin(x).</summary>
    public static void Sin(float* x, float* y, nint n) => Map.Unary(new SinOperation(), x, y, n);

    /// <summary>y = cos(x).</summary>
    public static void Cos(float* x, float* y, nint n) => Map.Unary(new CosOperation(), x, y, n);

    /// <summary>y = -x.</summary>
    public static void Negate(float* x, float* y, nint n) => Map.Unary(new NegateOperation(), x, y, n);

    /// <summary>y = 1, 0 or -1.</summary>
    public static void Sign(float* x, float* y, nint n) => Map.Unary(new SignOperation(), x, y, n);

    /// <summary>y = 1 where x &gt; 0, else 0.</summary>
    public static void Step(float* x, float* y, nint n) => Map.Unary(new StepOperation(), x, y, n);

    /// <summary>y = x where x &gt; 0, else a * x.</summary>
    public static void LeakyRelu(float* x, float* y, nint n, float a) => Map.Unary(new LeakyReluOperation(a), x, y, n);

    /// <summary>y = x where x &gt; 0, else a * (exp(x) - 1).</summary>
    public static void Elu(float* x, float* y, nint n, float a) => Map.Unary(new EluOperation(a), x, y, n);

    /// <summary>y = x * NormalCdf(x), exact.</summary>
    public static void Gelu(float* x, float* y, nint n) => Map.Unary(new GeluOperation(), x, y, n);

    /// <summary>y = the standard normal distribution function.</summary>
    public static void NormalCdf(float* x, float* y, nint n) => Map.Unary(new NormalCdfOperation(), x, y, n);

    /// <summary>y = x * sigmoid(x).</summary>
    public static void Silu(float* x, float* y, nint n) => Map.Unary(new SiluOperation(), x, y, n);

    /// <summary>y = log(1 + exp(x)).</summary>
    public static void Softplus(float* x, float* y, nint n) => Map.Unary(new SoftplusOperation(), x, y, n);

    /// <summary>y = x / (1 + |x|).</summary>
    public static void Softsign(float* x, float* y, nint n) => Map.Unary(new SoftsignOperation(), x, y, n);

    /// <summary>y = clip(x / 6 + 1/2, 0, 1).</summary>
    public static void HardSigmoid(float* x, float* y, nint n) => Map.Unary(new HardSigmoidOperation(), x, y, n);

    /// <summary>y = min(max(x, a), b).</summary>
    public static void Clip(float* x, float* y, nint n, float a, float b) => Map.Unary(new ClipOperation(a, b), x, y, n);

    /// <summary>y = 1 / x.</summary>
    public static void Reciprocal(float* x, float* y, nint n) => Map.Unary(new ReciprocalOperation(), x, y, n);

    /// <summary>y = a * x.</summary>
    public static void Scale(float* x, float* y, nint n, float a) => Map.Unary(new ScaleOperation(a), x, y, n);

    /// <summary>y = x + a.</summary>
    public static void AddScalar(float* x, float* y, nint n, float a) => Map.Unary(new AddScalarOperation(a), x, y, n);

    /// <summary>y = a - x.</summary>
    public static void ReverseSubtract(float* x, float* y, nint n, float a) => Map.Unary(new ReverseSubtractOperation(a), x, y, n);

    /// <summary>y = 1 - x.</summary>
    public static void OneMinus(float* x, float* y, nint n) => ReverseSubtract(x, y, n, 1);

    /// <summary>y = x.</summary>
    public static void Copy(float* x, float* y, nint n) => Buffer.MemoryCopy(x, y, n * sizeof(float), n * sizeof(float));

    /// <summary>y = value.</summary>
    public static void Fill(float* y, nint n, float value)
    {
        for (; n > int.MaxValue; y += int.MaxValue, n -= int.MaxValue) new Span<float>(y, int.MaxValue).Fill(value);
        new Span<float>(y, (int)n).Fill(value);
    }
}
