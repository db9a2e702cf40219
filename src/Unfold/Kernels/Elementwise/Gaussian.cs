using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>The standard normal distribution: its tail beyond z ≥ 0 is exp(-z^2 / 2) times a polynomial in 1 / (1 + 0.35 z).</summary>
internal static class Gaussian
{
    private const float Slope = 0.35f;

    // Minimax in relative error for 0 ≤ z ≤ 14.4, below 4e-8; beyond, the tail is zero in single precision.
    private const float A1 = 0.13962132000009062f;
    private const float A2 = 0.139863295924945f;
    private const float A3 = 0.11982281025669968f;
    private const float A4 = 0.10554674857159484f;
    private const float A5 = -0.023199346564671583f;
    private const float A6 = 0.15930160777412772f;
    private const float A7 = -0.2558238304700062f;
    private const float A8 = 0.14402387155741622f;
    private const float A9 = -0.02915649303284165f;

    /// <summary>The probability of a value below x, within 8 units in the last place in both tails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Cumulative<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        var z = TSimd.Minimum(TSimd.Broadcast(14.4f), x & TSimd.BroadcastBits(0x7FFF_FFFF));
        var u = TSimd.FastReciprocal(TSimd.MultiplyAdd(z, TSimd.Broadcast(Slope), TSimd.Broadcast(1)));
        var p = TSimd.MultiplyAdd(TSimd.Broadcast(A9), u, TSimd.Broadcast(A8));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A7));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A6));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A5));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A4));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A3));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A2));
        p = TSimd.MultiplyAdd(p, u, TSimd.Broadcast(A1)) * u;

        // exp(-z^2 / 2) would magnify the rounding of z^2 by z^2: what was rounded away comes back as a factor.
        var square = z * z;
        var lost = TSimd.MultiplyAdd(z, z, TSimd.Zero - square);
        p = TSimd.NegatedMultiplyAdd(lost * TSimd.Broadcast(0.5f), p, p);
        var tail = Exponential.Exp(square * TSimd.Broadcast(-0.5f)) * p;
        return TSimd.Select(TSimd.GreaterThan(x, TSimd.Zero), TSimd.Broadcast(1) - tail, tail);
    }
}
