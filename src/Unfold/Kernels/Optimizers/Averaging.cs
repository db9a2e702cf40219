using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Optimizers;

/// <summary>Averages of values along flat arrays. n is a multiple of 16.</summary>
internal static unsafe class Averaging
{
    /// <summary>a += share * (p - a).</summary>
    public static void Approach(float* a, float* p, nint n, float share)
    {
        if (VectorWidth.Bits == 512) Approach<Simd512>(a, p, n, share);
        else if (VectorWidth.Bits == 256) Approach<Simd256>(a, p, n, share);
        else Approach<Simd128>(a, p, n, share);
    }

    /// <summary>a and p change places.</summary>
    public static void Exchange(float* a, float* p, nint n)
    {
        for (nint i = 0; i < n; i++)
            (a[i], p[i]) = (p[i], a[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Approach<TSimd>(float* a, float* p, nint n, float share)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd shares = TSimd.Broadcast(share);
        for (nint i = 0; i < n; i += TSimd.Count)
        {
            TSimd average = TSimd.Load(a + i);
            TSimd.Store(TSimd.MultiplyAdd(shares, TSimd.Load(p + i) - average, average), a + i);
        }
    }
}
