using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>A term of a sum, from one or two inputs; zero where they are.</summary>
internal interface ITerm
{
    /// <summary>sum + term(a, b).</summary>
    TSimd AddTo<TSimd>(TSimd sum, TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd>;
}

internal readonly struct ValueTerm : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd AddTo<TSimd>(TSimd sum, TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> => sum + a;
}

internal readonly struct ProductTerm : ITerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd AddTo<TSimd>(TSimd sum, TSimd a, TSimd b)
        where TSimd : struct, ISimd<TSimd> => TSimd.MultiplyAdd(a, b, sum);
}

/// <summary>Reductions in a fixed order: four vectors of partial sums, the rest vector by vector, the tail, then the lanes.</summary>
internal static unsafe class Reduction
{
    public static float Sum<TTerm>(TTerm term, float* a, float* b, nint n)
        where TTerm : struct, ITerm
    {
        if (VectorWidth.Bits == 512) return Sum<Simd512, TTerm>(term, a, b, n);
        if (VectorWidth.Bits == 256) return Sum<Simd256, TTerm>(term, a, b, n);
        return Sum<Simd128, TTerm>(term, a, b, n);
    }

    public static float Maximum(float* x, nint n)
    {
        if (VectorWidth.Bits == 512) return Maximum<Simd512>(x, n);
        if (VectorWidth.Bits == 256) return Maximum<Simd256>(x, n);
        return Maximum<Simd128>(x, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TSimd, TTerm>(TTerm term, float* a, float* b, nint n)
        where TSimd : struct, ISimd<TSimd>
        where TTerm : struct, ITerm
    {
        TSimd s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
        nint i = 0;
        for (; i + (4 * TSimd.Count) <= n; i += 4 * TSimd.Count)
        {
            s0 = term.AddTo(s0, TSimd.Load(a + i), TSimd.Load(b + i));
            s1 = term.AddTo(s1, TSimd.Load(a + i + TSimd.Count), TSimd.Load(b + i + TSimd.Count));
            s2 = term.AddTo(s2, TSimd.Load(a + i + (2 * TSimd.Count)), TSimd.Load(b + i + (2 * TSimd.Count)));
            s3 = term.AddTo(s3, TSimd.Load(a + i + (3 * TSimd.Count)), TSimd.Load(b + i + (3 * TSimd.Count)));
        }

        for (; i + TSimd.Count <= n; i += TSimd.Count) s0 = term.AddTo(s0, TSimd.Load(a + i), TSimd.Load(b + i));
        if (i < n) s1 = term.AddTo(s1, TSimd.LoadPartial(a + i, (int)(n - i)), TSimd.LoadPartial(b + i, (int)(n - i)));
        return TSimd.Sum(s0 + s1 + (s2 + s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Maximum<TSimd>(float* x, nint n)
        where TSimd : struct, ISimd<TSimd>
    {
        if (n == 0) return float.NegativeInfinity;
        var most = TSimd.Broadcast(*x);
        nint i = 0;
        for (; i + TSimd.Count <= n; i += TSimd.Count) most = Larger(most, TSimd.Load(x + i));
        float* lanes = stackalloc float[16];
        TSimd.Store(most, lanes);
        float result = lanes[0];
        for (int lane = 1; lane < TSimd.Count; lane++) result = MathF.Max(result, lanes[lane]);
        for (; i < n; i++) result = MathF.Max(result, x[i]);
        return result;
    }

    /// <summary>The larger, and NaN once either is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Larger<TSimd>(TSimd most, TSimd value)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.Select(TSimd.Equal(most, most), TSimd.Maximum(most, value), most);
}
