using System.Runtime.CompilerServices;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// The micro-kernel from source to target: up to twelve target pixels of a row by one or two vectors of target channels, whole in registers. The source is read
/// where it lies, one float a pixel and step; the weights in the order in which they are packed.
/// </summary>
internal static unsafe class PixelTile
{
    /// <summary>target[i, :] = start + sum over runs and their elements e of source[i, e] * weights[e, :], where start is the target, the bias or zero.</summary>
    /// <remarks>Each element is one chain of fused multiply-adds over all runs, from zero, to which start is added at the end.</remarks>
    /// <param name="runs">What is read for a pixel, from its place on.</param>
    /// <param name="runCount">Runs.</param>
    /// <param name="source">The place of pixel 0.</param>
    /// <param name="step">Floats from pixel to pixel.</param>
    /// <param name="weights">[elements of all runs, vectors].</param>
    /// <param name="target">Pixel 0 of the target.</param>
    /// <param name="targetStep">Floats from pixel to pixel.</param>
    /// <param name="bias">As many floats as a row of weights, or null.</param>
    /// <param name="accumulate">Whether to add to the target rather than to write it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TRows, TVectors>(
        KernelRun* runs, nint runCount, float* source, nint step, float* weights, float* target, nint targetStep, float* bias, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
        where TVectors : struct, IVectors
    {
        TSimd c00 = TSimd.Zero, c01 = TSimd.Zero;
        TSimd c10 = TSimd.Zero, c11 = TSimd.Zero;
        TSimd c20 = TSimd.Zero, c21 = TSimd.Zero;
        TSimd c30 = TSimd.Zero, c31 = TSimd.Zero;
        TSimd c40 = TSimd.Zero, c41 = TSimd.Zero;
        TSimd c50 = TSimd.Zero, c51 = TSimd.Zero;
        TSimd c60 = TSimd.Zero, c61 = TSimd.Zero;
        TSimd c70 = TSimd.Zero, c71 = TSimd.Zero;
        TSimd c80 = TSimd.Zero, c81 = TSimd.Zero;
        TSimd c90 = TSimd.Zero, c91 = TSimd.Zero;
        TSimd c100 = TSimd.Zero, c101 = TSimd.Zero;
        TSimd c110 = TSimd.Zero, c111 = TSimd.Zero;
        nint step2 = 2 * step, step3 = 3 * step;
        for (KernelRun* run = runs, last = runs + runCount; run < last; run++)
        {
            float* s0 = source + run->Offset;
            float* s4 = s0 + (4 * step);
            float* s8 = s0 + (8 * step);
            float* end = weights + (run->Length * TVectors.Count * TSimd.Count);
            while (weights < end)
            {
                var w0 = TSimd.Load(weights);
                var w1 = TVectors.Count > 1 ? TSimd.Load(weights + TSimd.Count) : TSimd.Zero;
                Step<TSimd, TVectors>(s0, w0, w1, ref c00, ref c01);
                if (TRows.Count > 1) Step<TSimd, TVectors>(s0 + step, w0, w1, ref c10, ref c11);
                if (TRows.Count > 2) Step<TSimd, TVectors>(s0 + step2, w0, w1, ref c20, ref c21);
                if (TRows.Count > 3) Step<TSimd, TVectors>(s0 + step3, w0, w1, ref c30, ref c31);
                if (TRows.Count > 4) Step<TSimd, TVectors>(s4, w0, w1, ref c40, ref c41);
                if (TRows.Count > 5) Step<TSimd, TVectors>(s4 + step, w0, w1, ref c50, ref c51);
                if (TRows.Count > 6) Step<TSimd, TVectors>(s4 + step2, w0, w1, ref c60, ref c61);
                if (TRows.Count > 7) Step<TSimd, TVectors>(s4 + step3, w0, w1, ref c70, ref c71);
                if (TRows.Count > 8) Step<TSimd, TVectors>(s8, w0, w1, ref c80, ref c81);
                if (TRows.Count > 9) Step<TSimd, TVectors>(s8 + step, w0, w1, ref c90, ref c91);
                if (TRows.Count > 10) Step<TSimd, TVectors>(s8 + step2, w0, w1, ref c100, ref c101);
                if (TRows.Count > 11) Step<TSimd, TVectors>(s8 + step3, w0, w1, ref c110, ref c111);
                s0++;
                if (TRows.Count > 4) s4++;
                if (TRows.Count > 8) s8++;
                weights += TVectors.Count * TSimd.Count;
            }
        }

        var b0 = bias == null || accumulate ? TSimd.Zero : TSimd.Load(bias);
        var b1 = bias == null || accumulate || TVectors.Count == 1 ? TSimd.Zero : TSimd.Load(bias + TSimd.Count);
        Finish<TSimd, TVectors>(target, c00, c01, b0, b1, accumulate);
        if (TRows.Count > 1) Finish<TSimd, TVectors>(target + targetStep, c10, c11, b0, b1, accumulate);
        if (TRows.Count > 2) Finish<TSimd, TVectors>(target + (2 * targetStep), c20, c21, b0, b1, accumulate);
        if (TRows.Count > 3) Finish<TSimd, TVectors>(target + (3 * targetStep), c30, c31, b0, b1, accumulate);
        if (TRows.Count > 4) Finish<TSimd, TVectors>(target + (4 * targetStep), c40, c41, b0, b1, accumulate);
        if (TRows.Count > 5) Finish<TSimd, TVectors>(target + (5 * targetStep), c50, c51, b0, b1, accumulate);
        if (TRows.Count > 6) Finish<TSimd, TVectors>(target + (6 * targetStep), c60, c61, b0, b1, accumulate);
        if (TRows.Count > 7) Finish<TSimd, TVectors>(target + (7 * targetStep), c70, c71, b0, b1, accumulate);
        if (TRows.Count > 8) Finish<TSimd, TVectors>(target + (8 * targetStep), c80, c81, b0, b1, accumulate);
        if (TRows.Count > 9) Finish<TSimd, TVectors>(target + (9 * targetStep), c90, c91, b0, b1, accumulate);
        if (TRows.Count > 10) Finish<TSimd, TVectors>(target + (10 * targetStep), c100, c101, b0, b1, accumulate);
        if (TRows.Count > 11) Finish<TSimd, TVectors>(target + (11 * targetStep), c110, c111, b0, b1, accumulate);
    }

    /// <summary>One pixel's or one weight's part: a broadcast and a multiply-add a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Step<TSimd, TVectors>(float* value, TSimd v0, TSimd v1, ref TSimd c0, ref TSimd c1)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        var factor = TSimd.Broadcast(*value);
        c0 = TSimd.MultiplyAdd(factor, v0, c0);
        if (TVectors.Count > 1) c1 = TSimd.MultiplyAdd(factor, v1, c1);
    }

    /// <summary>Writes a row, or adds it to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Finish<TSimd, TVectors>(float* target, TSimd c0, TSimd c1, TSimd start0, TSimd start1, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        TSimd.Store(c0 + (accumulate ? TSimd.Load(target) : start0), target);
        if (TVectors.Count > 1) TSimd.Store(c1 + (accumulate ? TSimd.Load(target + TSimd.Count) : start1), target + TSimd.Count);
    }
}
