using System.Runtime.CompilerServices;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// The micro-kernel for few target channels: one of them, up to four lines of one or two vectors of pixels. The source's planes are read where they lie, shifted by each tap.
/// </summary>
internal static unsafe class DirectTile
{
    /// <summary>target[line, p] = start + sum over channels c and taps t of weights[c, t] * source[c, line, p + offsets[t]], or += if <paramref name="accumulate"/>.</summary>
    /// <param name="offsets">Each tap's, in floats.</param>
    /// <param name="taps">Taps.</param>
    /// <param name="source">The first pixel's place in the first channel; whole vectors can be read.</param>
    /// <param name="channels">Channels of the source.</param>
    /// <param name="planeStep">Floats from channel to channel.</param>
    /// <param name="lineStep">Floats from line to line.</param>
    /// <param name="weights">[channels, taps].</param>
    /// <param name="start">The bias.</param>
    /// <param name="target">The first pixel of the target.</param>
    /// <param name="targetStep">Floats from line to line.</param>
    /// <param name="width">Pixels of a line, at most the vectors'.</param>
    /// <param name="accumulate">Whether to add to the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TRows, TVectors>(
        nint* offsets, int taps, float* source, int channels, nint planeStep, nint lineStep, float* weights, float start, float* target, nint targetStep,
        int width, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
        where TVectors : struct, IVectors
    {
        var bias = TSimd.Broadcast(start);
        TSimd c00 = bias, c01 = bias, c10 = bias, c11 = bias;
        TSimd c20 = bias, c21 = bias, c30 = bias, c31 = bias;
        nint lineStep3 = 3 * lineStep;
        nint* end = offsets + taps;
        for (int channel = 0; channel < channels; channel++)
        {
            for (nint* offset = offsets; offset < end; offset++)
            {
                var weight = TSimd.Broadcast(*weights++);
                float* s = source + *offset;
                Step<TSimd, TVectors>(s, weight, ref c00, ref c01);
                if (TRows.Count > 1) Step<TSimd, TVectors>(s + lineStep, weight, ref c10, ref c11);
                if (TRows.Count > 2) Step<TSimd, TVectors>(s + (2 * lineStep), weight, ref c20, ref c21);
                if (TRows.Count > 3) Step<TSimd, TVectors>(s + lineStep3, weight, ref c30, ref c31);
            }

            source += planeStep;
        }

        Finish<TSimd, TVectors>(target, c00, c01, width, accumulate);
        if (TRows.Count > 1) Finish<TSimd, TVectors>(target + targetStep, c10, c11, width, accumulate);
        if (TRows.Count > 2) Finish<TSimd, TVectors>(target + (2 * targetStep), c20, c21, width, accumulate);
        if (TRows.Count > 3) Finish<TSimd, TVectors>(target + (3 * targetStep), c30, c31, width, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TSimd, TVectors>(float* source, TSimd weight, ref TSimd c0, ref TSimd c1)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        c0 = TSimd.MultiplyAdd(weight, TSimd.Load(source), c0);
        if (TVectors.Count > 1) c1 = TSimd.MultiplyAdd(weight, TSimd.Load(source + TSimd.Count), c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TSimd, TVectors>(float* target, TSimd c0, TSimd c1, int width, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        int first = TVectors.Count > 1 ? TSimd.Count : width;
        if (accumulate) c0 += TSimd.LoadPartial(target, first);
        TSimd.StorePartial(c0, target, first);
        if (TVectors.Count == 1) return;
        if (accumulate) c1 += TSimd.LoadPartial(target + TSimd.Count, width - TSimd.Count);
        TSimd.StorePartial(c1, target + TSimd.Count, width - TSimd.Count);
    }
}
