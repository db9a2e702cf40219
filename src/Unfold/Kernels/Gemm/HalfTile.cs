using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>The micro-kernel for a last panel of at most one vector of columns; otherwise as <see cref="Tile"/>.</summary>
internal static unsafe class HalfTile
{
    /// <summary>C[rows, 1 vector] = start + A * B, as <see cref="Tile.Multiply{TSimd, TRows, TOperand}"/>.</summary>
    /// <inheritdoc cref="Tile.Multiply{TSimd, TRows, TOperand}"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TRows, TOperand>(
        nint k, float* a, in OperandRows operand, float* b, float** c, nint column, float* bias, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
        where TOperand : struct, IOperand
    {
        TSimd c0 = TSimd.Zero, c1 = TSimd.Zero, c2 = TSimd.Zero, c3 = TSimd.Zero, c4 = TSimd.Zero, c5 = TSimd.Zero;
        TSimd c6 = TSimd.Zero, c7 = TSimd.Zero, c8 = TSimd.Zero, c9 = TSimd.Zero, c10 = TSimd.Zero, c11 = TSimd.Zero;
        float* last = b + (k * TSimd.Count);
        float* end = operand.IsPacked ? last : Tile.Until(b + (operand.First * TSimd.Count), last);
        nint step = operand.IsPacked ? TRows.Count * sizeof(float) : operand.Step;
        nint stride = operand.Stride, stride3 = 3 * stride, stride5 = 5 * stride;
        float* lower = TOperand.IsSideBySide ? a + 6 : (float*)((byte*)a + (6 * stride));
        while (true)
        {
            while (b < end)
            {
                var value = TSimd.Load(b);
                c0 = TSimd.MultiplyAdd(TSimd.Broadcast(*a), value, c0);
                if (TRows.Count > 1) c1 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(a, 1, stride)), value, c1);
                if (TRows.Count > 2) c2 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(a, 2, 2 * stride)), value, c2);
                if (TRows.Count > 3) c3 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(a, 3, stride3)), value, c3);
                if (TRows.Count > 4) c4 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(a, 4, 4 * stride)), value, c4);
                if (TRows.Count > 5) c5 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(a, 5, stride5)), value, c5);
                if (TRows.Count > 6) c6 = TSimd.MultiplyAdd(TSimd.Broadcast(*lower), value, c6);
                if (TRows.Count > 7) c7 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(lower, 1, stride)), value, c7);
                if (TRows.Count > 8) c8 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(lower, 2, 2 * stride)), value, c8);
                if (TRows.Count > 9) c9 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(lower, 3, stride3)), value, c9);
                if (TRows.Count > 10) c10 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(lower, 4, 4 * stride)), value, c10);
                if (TRows.Count > 11) c11 = TSimd.MultiplyAdd(TSimd.Broadcast(*Tile.At<TOperand>(lower, 5, stride5)), value, c11);
                a = (float*)((byte*)a + (TOperand.IsSideBySide ? step : sizeof(float)));
                lower = (float*)((byte*)lower + (TOperand.IsSideBySide ? step : sizeof(float)));
                b += TSimd.Count;
            }

            if (b >= last) break;
            a = (float*)((byte*)a + operand.Gap);
            lower = (float*)((byte*)lower + operand.Gap);
            end = Tile.Until(end + (operand.Segment * TSimd.Count), last);
        }

        var start = bias == null ? TSimd.Zero : TSimd.Load(bias);
        Finish(c[0] + column, c0, start, accumulate);
        if (TRows.Count > 1) Finish(c[1] + column, c1, start, accumulate);
        if (TRows.Count > 2) Finish(c[2] + column, c2, start, accumulate);
        if (TRows.Count > 3) Finish(c[3] + column, c3, start, accumulate);
        if (TRows.Count > 4) Finish(c[4] + column, c4, start, accumulate);
        if (TRows.Count > 5) Finish(c[5] + column, c5, start, accumulate);
        if (TRows.Count > 6) Finish(c[6] + column, c6, start, accumulate);
        if (TRows.Count > 7) Finish(c[7] + column, c7, start, accumulate);
        if (TRows.Count > 8) Finish(c[8] + column, c8, start, accumulate);
        if (TRows.Count > 9) Finish(c[9] + column, c9, start, accumulate);
        if (TRows.Count > 10) Finish(c[10] + column, c10, start, accumulate);
        if (TRows.Count > 11) Finish(c[11] + column, c11, start, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TSimd>(float* c, TSimd value, TSimd bias, bool accumulate)
        where TSimd : struct, ISimd<TSimd> => TSimd.Store(value + (accumulate ? TSimd.Load(c) : bias), c);
}
