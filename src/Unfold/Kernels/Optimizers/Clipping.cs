using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unfold.Kernels.Optimizers;

/// <summary>What clipping needs beside the elementwise kernels.</summary>
internal static unsafe class Clipping
{
    /// <summary>
    /// The sum of x * x, in double: a float's square is exact there, and none overflows or vanishes. Sixteen sums side by side, then added in
    /// one order: the same bits on every machine.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(float* x, nint n)
    {
        Vector256<double> a = Vector256<double>.Zero;
        Vector256<double> b = a;
        Vector256<double> c = a;
        Vector256<double> d = a;
        nint i = 0;
        for (; i + 16 <= n; i += 16)
        {
            (Vector256<double> first, Vector256<double> second) = Vector256.Widen(Vector256.Load(x + i));
            (Vector256<double> third, Vector256<double> fourth) = Vector256.Widen(Vector256.Load(x + i + 8));
            a += first * first;
            b += second * second;
            c += third * third;
            d += fourth * fourth;
        }

        double rest = 0;
        for (; i < n; i++)
            rest += (double)x[i] * x[i];
        Vector256<double> sums = a + b + (c + d);
        return sums[0] + sums[1] + (sums[2] + sums[3]) + rest;
    }
}
