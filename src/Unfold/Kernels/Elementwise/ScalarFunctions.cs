using System.Numerics;

namespace Unfold.Kernels.Elementwise;

/// <summary>Functions of one number, for float and double, written for correctness alone: what every faster version must equal.</summary>
internal static class ScalarFunctions
{
    /// <summary>1 / (1 + exp(-x)), without overflow on either side.</summary>
    public static T Sigmoid<T>(T x) where T : IFloatingPointIeee754<T>
    {
        if (x >= T.Zero)
            return T.One / (T.One + T.Exp(-x));
        T e = T.Exp(x);
        return e / (T.One + e);
    }

    public static T Relu<T>(T x) where T : IFloatingPointIeee754<T> => x > T.Zero ? x : T.Zero;

    public static T LeakyRelu<T>(T x, T slope) where T : IFloatingPointIeee754<T> => x > T.Zero ? x : slope * x;

    /// <summary>x above zero, else scale · (exp(x) - 1).</summary>
    public static T Elu<T>(T x, T scale) where T : IFloatingPointIeee754<T> => x > T.Zero ? x : scale * T.ExpM1(x);

    /// <summary>x times the standard normal's distribution function at x: exact, not the tanh approximation.</summary>
    public static T Gelu<T>(T x) where T : IFloatingPointIeee754<T> => x * NormalCdf(x);

    public static T Silu<T>(T x) where T : IFloatingPointIeee754<T> => x * Sigmoid(x);

    /// <summary>log(1 + exp(x)), which is x for large x and never overflows.</summary>
    public static T Softplus<T>(T x) where T : IFloatingPointIeee754<T> =>
        T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)));

    public static T Softsign<T>(T x) where T : IFloatingPointIeee754<T> => x / (T.One + T.Abs(x));

    /// <summary>x / 6 + 1/2, held in [0, 1]: PyTorch's. (ONNX and old Keras have slope 0.2.)</summary>
    public static T HardSigmoid<T>(T x) where T : IFloatingPointIeee754<T> =>
        Clip(x / T.CreateChecked(6) + T.CreateChecked(0.5), T.Zero, T.One);

    public static T Clip<T>(T x, T lower, T upper) where T : IFloatingPointIeee754<T> => x < lower ? lower : x > upper ? upper : x;

    /// <summary>1 above zero, else 0.</summary>
    public static T Step<T>(T x) where T : IFloatingPointIeee754<T> => x > T.Zero ? T.One : T.Zero;

    public static T Sign<T>(T x) where T : IFloatingPointIeee754<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : T.Zero;

    /// <summary>The probability that a standard normal number is below x: erfc(-x / sqrt 2) / 2.</summary>
    public static T NormalCdf<T>(T x) where T : IFloatingPointIeee754<T> =>
        T.CreateChecked(0.5 * Erfc(-double.CreateChecked(x) / Math.Sqrt(2)));

    /// <summary>
    /// 1 - erf(x) to about 1e-15 relative: below 2 by erf's power series, whose terms are all positive
    /// (Abramowitz and Stegun 7.1.6), above by the continued fraction of erfc (7.1.14), evaluated from its end.
    /// </summary>
    public static double Erfc(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (x < 0)
            return 2 - Erfc(-x);
        if (x > 27)
            return 0;
        double gauss = Math.Exp(-x * x) / Math.Sqrt(Math.PI);
        if (x < 2)
        {
            double term = x, sum = x;
            for (int n = 1; term > sum * 1e-18; n++)
            {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }

            return 1 - 2 * gauss * sum;
        }

        double tail = x;
        for (int k = 120; k >= 1; k--)
            tail = x + 0.5 * k / tail;
        return gauss / tail;
    }
}
