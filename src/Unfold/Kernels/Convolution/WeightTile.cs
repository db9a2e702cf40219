using System.Runtime.CompilerServices;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// The micro-kernel of the gradient of weights: up to twelve neighbours of the source, seen from every pixel, by one or two vectors of the gradient's channels.
/// </summary>
internal static unsafe class WeightTile
{
    /// <summary>
    /// sums[i, :] = the sum over runs r and their pixels p of source[r.X + p * step + i] * gradient[r.Y + p * gradientStep, :], or += if
    /// <paramref name="accumulate"/>: one chain from zero, to which the sums are then added.
    /// </summary>
    /// <param name="runs">Pixels side by side.</param>
    /// <param name="runCount">Runs.</param>
    /// <param name="pixels">Pixels of each run.</param>
    /// <param name="source">The neighbour of the first pixel.</param>
    /// <param name="step">Floats from pixel to pixel.</param>
    /// <param name="gradient">The channels of the first pixel's gradient.</param>
    /// <param name="gradientStep">Floats from pixel to pixel.</param>
    /// <param name="sums">[rows, vectors].</param>
    /// <param name="accumulate">Whether to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TRows, TVectors>(
        PixelRun* runs, nint runCount, nint pixels, float* source, nint step, float* gradient, nint gradientStep, float* sums, bool accumulate)
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
        for (PixelRun* run = runs, last = runs + runCount; run < last; run++)
        {
            float* s = source + run->X;
            float* g = gradient + run->Y;
            float* end = g + (pixels * gradientStep);
            while (g < end)
            {
                var g0 = TSimd.Load(g);
                var g1 = TVectors.Count > 1 ? TSimd.Load(g + TSimd.Count) : TSimd.Zero;
                PixelTile.Step<TSimd, TVectors>(s, g0, g1, ref c00, ref c01);
                if (TRows.Count > 1) PixelTile.Step<TSimd, TVectors>(s + 1, g0, g1, ref c10, ref c11);
                if (TRows.Count > 2) PixelTile.Step<TSimd, TVectors>(s + 2, g0, g1, ref c20, ref c21);
                if (TRows.Count > 3) PixelTile.Step<TSimd, TVectors>(s + 3, g0, g1, ref c30, ref c31);
                if (TRows.Count > 4) PixelTile.Step<TSimd, TVectors>(s + 4, g0, g1, ref c40, ref c41);
                if (TRows.Count > 5) PixelTile.Step<TSimd, TVectors>(s + 5, g0, g1, ref c50, ref c51);
                if (TRows.Count > 6) PixelTile.Step<TSimd, TVectors>(s + 6, g0, g1, ref c60, ref c61);
                if (TRows.Count > 7) PixelTile.Step<TSimd, TVectors>(s + 7, g0, g1, ref c70, ref c71);
                if (TRows.Count > 8) PixelTile.Step<TSimd, TVectors>(s + 8, g0, g1, ref c80, ref c81);
                if (TRows.Count > 9) PixelTile.Step<TSimd, TVectors>(s + 9, g0, g1, ref c90, ref c91);
                if (TRows.Count > 10) PixelTile.Step<TSimd, TVectors>(s + 10, g0, g1, ref c100, ref c101);
                if (TRows.Count > 11) PixelTile.Step<TSimd, TVectors>(s + 11, g0, g1, ref c110, ref c111);
                s += step;
                g += gradientStep;
            }
        }

        nint width = TVectors.Count * TSimd.Count;
        PixelTile.Finish<TSimd, TVectors>(sums, c00, c01, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 1) PixelTile.Finish<TSimd, TVectors>(sums + width, c10, c11, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 2) PixelTile.Finish<TSimd, TVectors>(sums + (2 * width), c20, c21, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 3) PixelTile.Finish<TSimd, TVectors>(sums + (3 * width), c30, c31, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 4) PixelTile.Finish<TSimd, TVectors>(sums + (4 * width), c40, c41, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 5) PixelTile.Finish<TSimd, TVectors>(sums + (5 * width), c50, c51, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 6) PixelTile.Finish<TSimd, TVectors>(sums + (6 * width), c60, c61, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 7) PixelTile.Finish<TSimd, TVectors>(sums + (7 * width), c70, c71, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 8) PixelTile.Finish<TSimd, TVectors>(sums + (8 * width), c80, c81, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 9) PixelTile.Finish<TSimd, TVectors>(sums + (9 * width), c90, c91, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 10) PixelTile.Finish<TSimd, TVectors>(sums + (10 * width), c100, c101, TSimd.Zero, TSimd.Zero, accumulate);
        if (TRows.Count > 11) PixelTile.Finish<TSimd, TVectors>(sums + (11 * width), c110, c111, TSimd.Zero, TSimd.Zero, accumulate);
    }
}
