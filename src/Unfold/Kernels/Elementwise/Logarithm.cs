using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>ln: x = 2^e (1 + f) with |f| ≤ 1/3, then e ln 2 and a polynomial in f.</summary>
internal static class Logarithm
{
    // ln 2 in two parts: e * High is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Minimax coefficients of (ln(1 + f) - f + f^2 / 2) / f^3; the relative error of ln(1 + f) is below 5e-9.
    private const float C3 = 0.3333321583225401f;
    private const float C4 = -0.2499979976850551f;
    private const float C5 = 0.20010415551700528f;
    private const float C6 = -0.1668036948541866f;
    private const float C7 = 0.14005700820786876f;
    private const float C8 = -0.1218600984577563f;
    private const float C9 = 0.13985317612916837f;
    private const float C10 = -0.12883983566643864f;

    /// <summary>ln(x), within one unit in the last place: negative infinity at zero, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Apply<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd>
    {
        var denormal = TSimd.GreaterThan(TSimd.Broadcast(1.17549435e-38f), x);
        var normal = TSimd.Select(denormal, x * TSimd.Broadcast(1 << 23), x);
        var result = Positive(normal, denormal & TSimd.Broadcast(-23));
        result = TSimd.Select(TSimd.Equal(x, TSimd.Broadcast(float.PositiveInfinity)), x, result);
        var outside = TSimd.Select(TSimd.Equal(x, TSimd.Zero), TSimd.Broadcast(float.NegativeInfinity), TSimd.Broadcast(float.NaN));
        return TSimd.Select(TSimd.GreaterThan(x, TSimd.Zero), result, outside);
    }

    /// <summary>ln(x) for positive finite x that is not denormal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Positive<TSimd>(TSimd x)
        where TSimd : struct, ISimd<TSimd> => Positive(x, TSimd.Zero);

    /// <summary>ln(1 + u) for finite u above -1: the rounding of 1 + u is put back, so that the leading digits are exact however small u is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd OnePlus<TSimd>(TSimd u)
        where TSimd : struct, ISimd<TSimd>
    {
        var sum = TSimd.Broadcast(1) + u;
        return Positive(sum) + ((u - (sum - TSimd.Broadcast(1))) / sum);
    }

    /// <summary>ln(x * 2^shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Positive<TSimd>(TSimd x, TSimd shift)
        where TSimd : struct, ISimd<TSimd>
    {
        var f = TSimd.Split(x, out var e) - TSimd.Broadcast(1);
        e += shift;
        var p = TSimd.MultiplyAdd(TSimd.Broadcast(C10), f, TSimd.Broadcast(C9));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(C8));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(C7));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(C6));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(C5));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(C4));
        p = TSimd.MultiplyAdd(p, f, TSimd.Broadcast(C3));
        var square = f * f;
        var rest = TSimd.MultiplyAdd(p * f, square, e * TSimd.Broadcast(Ln2Low));
        rest = TSimd.NegatedMultiplyAdd(square, TSimd.Broadcast(0.5f), rest);
        return TSimd.MultiplyAdd(e, TSimd.Broadcast(Ln2High), f + rest);
    }
}
