using System.Runtime.CompilerServices;

namespace Unfold.Kernels.Optimizers;

/// <summary>What clipping needs beside the elementwise kernels.</summary>
internal static unsafe class Clipping
{
    /// <summary>The sum of x * x, every term in double: no gradient that fits a float overflows or vanishes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(float* x, nint n)
    {
        // Four chains, summed in a fixed order; a double holds a float's square exactly.
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        nint i = 0;
        for (; i + 4 <= n; i += 4)
        {
            a += (double)x[i] * x[i];
            b += (double)x[i + 1] * x[i + 1];
            c += (double)x[i + 2] * x[i + 2];
            d += (double)x[i + 3] * x[i + 3];
        }

        for (; i < n; i++)
            a += (double)x[i] * x[i];
        return (a + b) + (c + d);
    }
}
