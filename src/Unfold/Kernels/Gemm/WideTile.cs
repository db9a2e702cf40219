using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>
/// The micro-kernel for one to three rows: two panels at once, four for a single row. A tile of so few rows has too few chains to hide
/// the latency of the multiply-add; its chains are the same, so its bits are the same.
/// </summary>
internal static unsafe class WideTile
{
    /// <summary>Panels at once.</summary>
    public static int Panels(int rows) => rows == 1 ? 4 : 2;

    /// <summary>One row, four panels: C[1, 8 vectors] = start + A * B, as <see cref="Tile.Multiply{TSimd, TRows, TOperand}"/>.</summary>
    /// <param name="k">Steps of the chain.</param>
    /// <param name="a">Packed A: [k].</param>
    /// <param name="b">Four panels of packed B, one after another: 4 × [k, 2 vectors].</param>
    /// <param name="c">Where the row of C begins.</param>
    /// <param name="columns">The offset of each panel's first column from there.</param>
    /// <param name="bias">Eight vectors, or null.</param>
    /// <param name="accumulate">Whether to add to C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyRow<TSimd>(nint k, float* a, float* b, float** c, nint* columns, float* bias, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd p00 = TSimd.Zero, p01 = TSimd.Zero;
        TSimd p10 = TSimd.Zero, p11 = TSimd.Zero;
        TSimd p20 = TSimd.Zero, p21 = TSimd.Zero;
        TSimd p30 = TSimd.Zero, p31 = TSimd.Zero;
        nint panel = k * 2 * TSimd.Count;
        float* b2 = b + (2 * panel);
        float* end = b + panel;
        while (b < end)
        {
            var value = TSimd.Broadcast(*a);
            p00 = TSimd.MultiplyAdd(value, TSimd.Load(b), p00);
            p01 = TSimd.MultiplyAdd(value, TSimd.Load(b + TSimd.Count), p01);
            p10 = TSimd.MultiplyAdd(value, TSimd.Load(b + panel), p10);
            p11 = TSimd.MultiplyAdd(value, TSimd.Load(b + panel + TSimd.Count), p11);
            p20 = TSimd.MultiplyAdd(value, TSimd.Load(b2), p20);
            p21 = TSimd.MultiplyAdd(value, TSimd.Load(b2 + TSimd.Count), p21);
            p30 = TSimd.MultiplyAdd(value, TSimd.Load(b2 + panel), p30);
            p31 = TSimd.MultiplyAdd(value, TSimd.Load(b2 + panel + TSimd.Count), p31);
            a++;
            b += 2 * TSimd.Count;
            b2 += 2 * TSimd.Count;
        }

        Tile.Finish(c[0] + columns[0], p00, p01, bias, 0, accumulate);
        Tile.Finish(c[0] + columns[1], p10, p11, bias, 1, accumulate);
        Tile.Finish(c[0] + columns[2], p20, p21, bias, 2, accumulate);
        Tile.Finish(c[0] + columns[3], p30, p31, bias, 3, accumulate);
    }

    /// <summary>One to three rows, two panels.</summary>
    /// <inheritdoc cref="MultiplyRow{TSimd}"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyPair<TSimd, TRows>(nint k, float* a, float* b, float** c, nint* columns, float* bias, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
    {
        TSimd c00 = TSimd.Zero, c01 = TSimd.Zero, c02 = TSimd.Zero, c03 = TSimd.Zero;
        TSimd c10 = TSimd.Zero, c11 = TSimd.Zero, c12 = TSimd.Zero, c13 = TSimd.Zero;
        TSimd c20 = TSimd.Zero, c21 = TSimd.Zero, c22 = TSimd.Zero, c23 = TSimd.Zero;
        nint panel = k * 2 * TSimd.Count;
        float* end = b + panel;
        while (b < end)
        {
            var v0 = TSimd.Broadcast(a[0]);
            var v1 = TRows.Count > 1 ? TSimd.Broadcast(a[1]) : TSimd.Zero;
            var v2 = TRows.Count > 2 ? TSimd.Broadcast(a[2]) : TSimd.Zero;
            var column = TSimd.Load(b);
            c00 = TSimd.MultiplyAdd(v0, column, c00);
            if (TRows.Count > 1) c10 = TSimd.MultiplyAdd(v1, column, c10);
            if (TRows.Count > 2) c20 = TSimd.MultiplyAdd(v2, column, c20);
            column = TSimd.Load(b + TSimd.Count);
            c01 = TSimd.MultiplyAdd(v0, column, c01);
            if (TRows.Count > 1) c11 = TSimd.MultiplyAdd(v1, column, c11);
            if (TRows.Count > 2) c21 = TSimd.MultiplyAdd(v2, column, c21);
            column = TSimd.Load(b + panel);
            c02 = TSimd.MultiplyAdd(v0, column, c02);
            if (TRows.Count > 1) c12 = TSimd.MultiplyAdd(v1, column, c12);
            if (TRows.Count > 2) c22 = TSimd.MultiplyAdd(v2, column, c22);
            column = TSimd.Load(b + panel + TSimd.Count);
            c03 = TSimd.MultiplyAdd(v0, column, c03);
            if (TRows.Count > 1) c13 = TSimd.MultiplyAdd(v1, column, c13);
            if (TRows.Count > 2) c23 = TSimd.MultiplyAdd(v2, column, c23);
            a += TRows.Count;
            b += 2 * TSimd.Count;
        }

        Tile.Finish(c[0] + columns[0], c00, c01, bias, 0, accumulate);
        Tile.Finish(c[0] + columns[1], c02, c03, bias, 1, accumulate);
        if (TRows.Count > 1) Tile.Finish(c[1] + columns[0], c10, c11, bias, 0, accumulate);
        if (TRows.Count > 1) Tile.Finish(c[1] + columns[1], c12, c13, bias, 1, accumulate);
        if (TRows.Count > 2) Tile.Finish(c[2] + columns[0], c20, c21, bias, 0, accumulate);
        if (TRows.Count > 2) Tile.Finish(c[2] + columns[1], c22, c23, bias, 1, accumulate);
    }
}
