using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unfold.Kernels.Elementwise;

/// <summary>The two loops of reflections, in double. Products and sums are rounded one by one, so the bits are the same on every machine.</summary>
internal static unsafe class DoubleVectors
{
    /// <summary>The sum of x * y: sixteen sums side by side, then added in one order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(double* x, double* y, nint n)
    {
        Vector256<double> a = Vector256<double>.Zero;
        Vector256<double> b = a;
        Vector256<double> c = a;
        Vector256<double> d = a;
        nint i = 0;
        for (; i + 16 <= n; i += 16)
        {
            a += Vector256.Load(x + i) * Vector256.Load(y + i);
            b += Vector256.Load(x + i + 4) * Vector256.Load(y + i + 4);
            c += Vector256.Load(x + i + 8) * Vector256.Load(y + i + 8);
            d += Vector256.Load(x + i + 12) * Vector256.Load(y + i + 12);
        }

        double rest = 0;
        for (; i < n; i++)
            rest += x[i] * y[i];
        Vector256<double> sums = a + b + (c + d);
        return sums[0] + sums[1] + (sums[2] + sums[3]) + rest;
    }

    /// <summary>y -= factor * x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SubtractScaled(double factor, double* x, double* y, nint n)
    {
        Vector256<double> f = Vector256.Create(factor);
        nint i = 0;
        for (; i + 4 <= n; i += 4)
            (Vector256.Load(y + i) - f * Vector256.Load(x + i)).Store(y + i);
        for (; i < n; i++)
            y[i] -= factor * x[i];
    }
}
