using Kernel = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Random;

/// <summary>Many normal numbers from uniform ones.</summary>
internal static unsafe class NormalFill
{
    // The least of (1 - u) for a multiple of 2^-24 below 1: the logarithm stays finite.
    private const float Least = 1f / (1 << 24);

    /// <summary>y[i] = sqrt(-2 ln(1 - u[i])) cos(2 pi y[i]), from uniform u and y in [0, 1) (Box and Muller 1958); u is overwritten.</summary>
    public static void BoxMuller(float* u, float* y, int n)
    {
        Kernel.OneMinus(u, u, n);
        Kernel.Clip(u, u, n, Least, 1);
        Kernel.Log(u, u, n);
        Kernel.Scale(u, u, n, -2);
        Kernel.Sqrt(u, u, n);
        Kernel.Scale(y, y, n, 2 * MathF.PI);
        Kernel.Cos(y, y, n);
        Kernel.Multiply(u, y, y, n);
    }
}
