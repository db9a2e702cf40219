using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>exp and what is built on it: x = n ln 2 + r with n whole and |r| ≤ ln 2 / 2, then 2^n times a polynomial in r.</summary>
internal static class Exponential
{
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts: n * High is exact for |n| < 2^9.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Minimax coefficients of (exp(r) - 1 - r) / r^2 on |r| ≤ ln 2 / 2; the relative error of exp(r) is below 4e-9.
    private const float C2 = 0.4999999344770351f;
    private const float C3 = 0.1666652074624097f;
    private const float C4 = 0.04166838233650773f;
    private const float C5 = 0.008368704219484185f;
    private const float C6 = 0.00138150640776203f;

    /// <summary>Adding it rounds to a whole number in the low bits of the sum; its own low bits are the exponent's bias, 127.</summary>
    private const float Magic = 12582912f + 127f;

    /// <summary>exp(x), within one unit in the last place: infinite above 88.72, denormal and at last zero below -87.34.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Exp<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        // Beyond these bounds the result is infinite or zero anyway.
        var clamped = TSimd.Minimum(TSimd.Broadcast(89), TSimd.Maximum(TSimd.Broadcast(-104), x));
        var n = TSimd.MultiplyAdd(clamped, TSimd.Broadcast(Log2E), TSimd.Broadcast(Magic)) - TSimd.Broadcast(Magic);
        var r = Remainder(clamped, n);
        return TSimd.ScaleByPower(TSimd.MultiplyAdd(TSimd.MultiplyAdd(Polynomial(r), r, TSimd.Broadcast(1)), r, TSimd.Broadcast(1)), n);
    }

    /// <summary>exp(x) - 1 for x ≤ 88, within two units in the last place also near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd MinusOne<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        var clamped = TSimd.Minimum(TSimd.Broadcast(88), TSimd.Maximum(TSimd.Broadcast(-30), x));
        var sum = TSimd.MultiplyAdd(clamped, TSimd.Broadcast(Log2E), TSimd.Broadcast(Magic));
        var r = Remainder(clamped, sum - TSimd.Broadcast(Magic));
        var scale = TSimd.ShiftLeft(sum, 23);
        var small = TSimd.MultiplyAdd(Polynomial(r) * r, r, r);
        return TSimd.MultiplyAdd(scale, small, scale - TSimd.Broadcast(1));
    }

    /// <summary>1 / (1 + exp(-x)), within 2.5 units in the last place and never outside [0, 1].</summary>
    /// <remarks>Below -87.3, where it is less than 1.3e-38, zero.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Sigmoid<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        var minus = TSimd.Minimum(TSimd.Broadcast(87.3f), TSimd.Maximum(TSimd.Broadcast(-87.3f), x ^ TSimd.BroadcastBits(0x8000_0000)));
        var sum = TSimd.MultiplyAdd(minus, TSimd.Broadcast(Log2E), TSimd.Broadcast(Magic));
        var r = Remainder(minus, sum - TSimd.Broadcast(Magic));
        var power = TSimd.MultiplyAdd(TSimd.MultiplyAdd(Polynomial(r), r, TSimd.Broadcast(1)), r, TSimd.Broadcast(1));
        var result = TSimd.FastReciprocal(TSimd.MultiplyAdd(TSimd.ShiftLeft(sum, 23), power, TSimd.Broadcast(1)));
        return TSimd.Select(TSimd.GreaterThan(TSimd.Broadcast(-87.3f), x), TSimd.Zero, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Remainder<TSimd>(TSimd x, TSimd n)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.NegatedMultiplyAdd(n, TSimd.Broadcast(Ln2Low), TSimd.NegatedMultiplyAdd(n, TSimd.Broadcast(Ln2High), x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Polynomial<TSimd>(TSimd r)
        where TSimd : struct, ISimd<TSimd>
    {
        var p = TSimd.MultiplyAdd(TSimd.Broadcast(C6), r, TSimd.Broadcast(C5));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(C4));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(C3));
        return TSimd.MultiplyAdd(p, r, TSimd.Broadcast(C2));
    }
}
