namespace Unfold.Tests.Kernels.Elementwise;

/// <summary>Functions in double that .NET lacks.</summary>
internal static class Reference
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    public static double Elu(double x, double a) => x > 0 ? x : a * Expm1(x);

    public static double Gelu(double x) => double.IsNegativeInfinity(x) ? double.NaN : x * NormalCdf(x);

    public static double Silu(double x) => x * Sigmoid(x);

    /// <summary>log(1 + u), also for small u (Kahan).</summary>
    public static double Log1p(double u)
    {
        double sum = 1 + u;
        return sum == 1 ? u : Math.Log(sum) * u / (sum - 1);
    }

    public static double Expm1(double x) =>
        Math.Abs(x) < 1e-3 ? x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4 * (1 + (x / 5)))))))) : Math.Exp(x) - 1;

    /// <summary>The normal distribution function: its power series near zero, its continued fraction in the tail.</summary>
    public static double NormalCdf(double x)
    {
        if (double.IsNaN(x)) return x;
        double z = Math.Abs(x);
        if (z > 40) return x > 0 ? 1 : 0;
        double density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        double tail;
        if (z < 3)
        {
            double term = z, sum = z;
            for (int i = 3; term > sum * 1e-18; i += 2) sum += term *= z * z / i;
            tail = 0.5 - (density * sum);
        }
        else
        {
            double fraction = 0;
            for (int i = 100; i > 0; i--) fraction = i / (z + fraction);
            tail = density / (z + fraction);
        }

        return x > 0 ? 1 - tail : tail;
    }
}
