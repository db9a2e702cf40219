using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Pooling;

/// <summary>Vectors of elements that lie some elements apart, and parts of vectors.</summary>
internal static unsafe class Strided
{
    /// <summary>
    /// source[lane * stride] for the first <paramref name="count"/> lanes; the others hold anything. Reads nothing at or behind
    /// <paramref name="end"/>, and nothing behind the last lane's element unless that is before it.
    /// </summary>
    /// <param name="source">The first lane's element.</param>
    /// <param name="stride">Elements from lane to lane, 1 or more.</param>
    /// <param name="count">Lanes, 1 … Count.</param>
    /// <param name="end">The end of the memory that may be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Load<TSimd>(float* source, nint stride, int count, float* end)
        where TSimd : struct, ISimd<TSimd>
    {
        if (stride == 1)
            return source + TSimd.Count <= end ? TSimd.Load(source) : TSimd.LoadPartial(source, count);
        if (stride == 2 && source + (2 * TSimd.Count) <= end)
        {
            TSimd.Unzip(TSimd.Load(source), TSimd.Load(source + TSimd.Count), out TSimd even, out _);
            return even;
        }

        return Gather<TSimd>(source, stride, count);
    }

    /// <summary>The first <paramref name="count"/> lanes side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TSimd>(TSimd value, float* target, int count)
        where TSimd : struct, ISimd<TSimd>
    {
        if (count == TSimd.Count) TSimd.Store(value, target);
        else TSimd.StorePartial(value, target, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TSimd Gather<TSimd>(float* source, nint stride, int count)
        where TSimd : struct, ISimd<TSimd>
    {
        float* lanes = stackalloc float[16];
        for (int lane = 0; lane < count; lane++)
            lanes[lane] = source[lane * stride];
        return TSimd.Load(lanes);
    }
}
