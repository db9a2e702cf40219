using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>From numbers of rows and vectors to the micro-kernel compiled for them.</summary>
internal static unsafe class TileDispatch
{
    /// <inheritdoc cref="PixelTile.Multiply{TSimd, TRows, TVectors}"/>
    public static void Pixels<TSimd, TVectors>(
        int rows, KernelRun* runs, nint runCount, float* source, nint step, float* weights, float* target, nint targetStep, float* bias, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        switch (rows)
        {
            case 1: PixelTile.Multiply<TSimd, Rows1, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 2: PixelTile.Multiply<TSimd, Rows2, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 3: PixelTile.Multiply<TSimd, Rows3, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 4: PixelTile.Multiply<TSimd, Rows4, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 5: PixelTile.Multiply<TSimd, Rows5, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 6: PixelTile.Multiply<TSimd, Rows6, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 7: PixelTile.Multiply<TSimd, Rows7, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 8: PixelTile.Multiply<TSimd, Rows8, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 9: PixelTile.Multiply<TSimd, Rows9, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 10: PixelTile.Multiply<TSimd, Rows10, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            case 11: PixelTile.Multiply<TSimd, Rows11, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
            default: PixelTile.Multiply<TSimd, Rows12, TVectors>(runs, runCount, source, step, weights, target, targetStep, bias, accumulate); return;
        }
    }

    /// <inheritdoc cref="WeightTile.Multiply{TSimd, TRows, TVectors}"/>
    public static void Weights<TSimd, TVectors>(
        int rows, PixelRun* runs, nint runCount, nint pixels, float* source, nint step, float* gradient, nint gradientStep, float* sums, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        switch (rows)
        {
            case 1: WeightTile.Multiply<TSimd, Rows1, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 2: WeightTile.Multiply<TSimd, Rows2, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 3: WeightTile.Multiply<TSimd, Rows3, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 4: WeightTile.Multiply<TSimd, Rows4, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 5: WeightTile.Multiply<TSimd, Rows5, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 6: WeightTile.Multiply<TSimd, Rows6, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 7: WeightTile.Multiply<TSimd, Rows7, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 8: WeightTile.Multiply<TSimd, Rows8, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 9: WeightTile.Multiply<TSimd, Rows9, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 10: WeightTile.Multiply<TSimd, Rows10, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            case 11: WeightTile.Multiply<TSimd, Rows11, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
            default: WeightTile.Multiply<TSimd, Rows12, TVectors>(runs, runCount, pixels, source, step, gradient, gradientStep, sums, accumulate); return;
        }
    }
}
