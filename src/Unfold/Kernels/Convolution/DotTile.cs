using System.Runtime.CompilerServices;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>The micro-kernel of the gradient of weights between few channels: up to nine taps of one kernel, vectors of pixels.</summary>
internal static unsafe class DotTile
{
    /// <summary>The most taps.</summary>
    public const int MostTaps = 9;

    /// <summary>sums[t, :] += the sum over runs r and vectors of their pixels p of gradient[r.Y + p] * source[r.X + p + offsets[t]], lane by lane.</summary>
    /// <param name="offsets">Each tap's.</param>
    /// <param name="runs">Pixels side by side.</param>
    /// <param name="runCount">Runs.</param>
    /// <param name="pixels">Pixels of each run.</param>
    /// <param name="source">A plane of the source; whole vectors can be read, whose surplus lanes are multiplied by zero.</param>
    /// <param name="gradient">A channel of the gradient.</param>
    /// <param name="sums">[taps, vector].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TRows>(nint* offsets, PixelRun* runs, nint runCount, nint pixels, float* source, float* gradient, float* sums)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
    {
        TSimd c0 = TSimd.Zero, c1 = TSimd.Zero, c2 = TSimd.Zero, c3 = TSimd.Zero;
        TSimd c4 = TSimd.Zero, c5 = TSimd.Zero, c6 = TSimd.Zero, c7 = TSimd.Zero, c8 = TSimd.Zero;
        nint o0 = offsets[0];
        nint o1 = TRows.Count > 1 ? offsets[1] : 0;
        nint o2 = TRows.Count > 2 ? offsets[2] : 0;
        nint o3 = TRows.Count > 3 ? offsets[3] : 0;
        nint o4 = TRows.Count > 4 ? offsets[4] : 0;
        nint o5 = TRows.Count > 5 ? offsets[5] : 0;
        nint o6 = TRows.Count > 6 ? offsets[6] : 0;
        nint o7 = TRows.Count > 7 ? offsets[7] : 0;
        nint o8 = TRows.Count > 8 ? offsets[8] : 0;
        nint whole = pixels / TSimd.Count * TSimd.Count;
        int rest = (int)(pixels - whole);
        for (PixelRun* run = runs, last = runs + runCount; run < last; run++)
        {
            float* s = source + run->X;
            float* g = gradient + run->Y;
            for (float* end = g + whole; g < end; g += TSimd.Count)
            {
                var value = TSimd.Load(g);
                c0 = TSimd.MultiplyAdd(value, TSimd.Load(s + o0), c0);
                if (TRows.Count > 1) c1 = TSimd.MultiplyAdd(value, TSimd.Load(s + o1), c1);
                if (TRows.Count > 2) c2 = TSimd.MultiplyAdd(value, TSimd.Load(s + o2), c2);
                if (TRows.Count > 3) c3 = TSimd.MultiplyAdd(value, TSimd.Load(s + o3), c3);
                if (TRows.Count > 4) c4 = TSimd.MultiplyAdd(value, TSimd.Load(s + o4), c4);
                if (TRows.Count > 5) c5 = TSimd.MultiplyAdd(value, TSimd.Load(s + o5), c5);
                if (TRows.Count > 6) c6 = TSimd.MultiplyAdd(value, TSimd.Load(s + o6), c6);
                if (TRows.Count > 7) c7 = TSimd.MultiplyAdd(value, TSimd.Load(s + o7), c7);
                if (TRows.Count > 8) c8 = TSimd.MultiplyAdd(value, TSimd.Load(s + o8), c8);
                s += TSimd.Count;
            }

            if (rest == 0) continue;
            var tail = TSimd.LoadPartial(g, rest);
            c0 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o0), c0);
            if (TRows.Count > 1) c1 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o1), c1);
            if (TRows.Count > 2) c2 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o2), c2);
            if (TRows.Count > 3) c3 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o3), c3);
            if (TRows.Count > 4) c4 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o4), c4);
            if (TRows.Count > 5) c5 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o5), c5);
            if (TRows.Count > 6) c6 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o6), c6);
            if (TRows.Count > 7) c7 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o7), c7);
            if (TRows.Count > 8) c8 = TSimd.MultiplyAdd(tail, TSimd.Load(s + o8), c8);
        }

        Add(sums, c0);
        if (TRows.Count > 1) Add(sums + TSimd.Count, c1);
        if (TRows.Count > 2) Add(sums + (2 * TSimd.Count), c2);
        if (TRows.Count > 3) Add(sums + (3 * TSimd.Count), c3);
        if (TRows.Count > 4) Add(sums + (4 * TSimd.Count), c4);
        if (TRows.Count > 5) Add(sums + (5 * TSimd.Count), c5);
        if (TRows.Count > 6) Add(sums + (6 * TSimd.Count), c6);
        if (TRows.Count > 7) Add(sums + (7 * TSimd.Count), c7);
        if (TRows.Count > 8) Add(sums + (8 * TSimd.Count), c8);
    }

    /// <summary>The same for a number of taps known only now.</summary>
    public static void Multiply<TSimd>(
        int taps, nint* offsets, PixelRun* runs, nint runCount, nint pixels, float* source, float* gradient, float* sums)
        where TSimd : struct, ISimd<TSimd>
    {
        switch (taps)
        {
            case 1: Multiply<TSimd, Rows1>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 2: Multiply<TSimd, Rows2>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 3: Multiply<TSimd, Rows3>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 4: Multiply<TSimd, Rows4>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 5: Multiply<TSimd, Rows5>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 6: Multiply<TSimd, Rows6>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 7: Multiply<TSimd, Rows7>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            case 8: Multiply<TSimd, Rows8>(offsets, runs, runCount, pixels, source, gradient, sums); return;
            default: Multiply<TSimd, Rows9>(offsets, runs, runCount, pixels, source, gradient, sums); return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TSimd>(float* sums, TSimd value)
        where TSimd : struct, ISimd<TSimd> => TSimd.Store(TSimd.Load(sums) + value, sums);
}
