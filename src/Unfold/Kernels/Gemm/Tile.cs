using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>The micro-kernel: a tile of up to twelve rows and two vectors of columns, whole in registers.</summary>
internal static unsafe class Tile
{
    /// <summary>Steps of a chain that give time to fetch the C to which it is added; after a short one, C is most often near.</summary>
    private const int LongChain = 256;

    /// <summary>
    /// C[rows, 2 vectors] = start + A * B, where start is C itself (<paramref name="accumulate"/>), the bias, or zero if that is null.
    /// Each element is one chain of fused multiply-adds over k from zero, to which start is added at the end.
    /// </summary>
    /// <param name="k">Steps of the chain: one K block.</param>
    /// <param name="a">Packed A: [k, rows]; or the first element of those that are not packed.</param>
    /// <param name="operand">How they lie.</param>
    /// <param name="b">One panel of packed B: [k, 2 vectors].</param>
    /// <param name="c">Where each row of C begins.</param>
    /// <param name="column">The offset of the tile's first column from there.</param>
    /// <param name="bias">Two vectors, or null.</param>
    /// <param name="accumulate">Whether to add to C rather than to write it.</param>
    /// <param name="ahead">What to fetch into the second-level cache meanwhile.</param>
    /// <param name="aheadStep">Floats of that for each step of the chain.</param>
    /// <remarks>
    /// One source for every number of rows: comparisons with <c>TRows.Count</c> are constants, and what they exclude is not compiled.
    /// Twelve rows take 24 accumulators, two vectors of B and one broadcast of A: 27 of the 32 registers of AVX-512.
    /// The same holds for how A lies: <typeparamref name="TOperand"/>.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TRows, TOperand>(
        nint k, float* a, in OperandRows operand, float* b, float** c, nint column, float* bias, bool accumulate, float* ahead, nint aheadStep)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
        where TOperand : struct, IOperand
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
        for (int row = 0; accumulate && k >= LongChain && row < TRows.Count; row++)
        {
            Prefetch.Near(c[row] + column);
            Prefetch.Near(c[row] + column + TSimd.Count);
        }

        float* last = b + (k * 2 * TSimd.Count);
        float* end = operand.IsPacked ? last : Until(b + (operand.First * 2 * TSimd.Count), last);
        nint step = operand.IsPacked ? TRows.Count * sizeof(float) : operand.Step;
        nint stride = operand.Stride, stride3 = 3 * stride, stride5 = 5 * stride;
        float* lower = TOperand.IsSideBySide ? a + 6 : (float*)((byte*)a + (6 * stride));
        while (true)
        {
            while (b < end)
            {
                var b0 = TSimd.Load(b);
                var b1 = TSimd.Load(b + TSimd.Count);
                Step(a, b0, b1, ref c00, ref c01);
                if (TRows.Count > 1) Step(At<TOperand>(a, 1, stride), b0, b1, ref c10, ref c11);
                if (TRows.Count > 2) Step(At<TOperand>(a, 2, 2 * stride), b0, b1, ref c20, ref c21);
                if (TRows.Count > 3) Step(At<TOperand>(a, 3, stride3), b0, b1, ref c30, ref c31);
                if (TRows.Count > 4) Step(At<TOperand>(a, 4, 4 * stride), b0, b1, ref c40, ref c41);
                if (TRows.Count > 5) Step(At<TOperand>(a, 5, stride5), b0, b1, ref c50, ref c51);
                if (TRows.Count > 6) Step(lower, b0, b1, ref c60, ref c61);
                if (TRows.Count > 7) Step(At<TOperand>(lower, 1, stride), b0, b1, ref c70, ref c71);
                if (TRows.Count > 8) Step(At<TOperand>(lower, 2, 2 * stride), b0, b1, ref c80, ref c81);
                if (TRows.Count > 9) Step(At<TOperand>(lower, 3, stride3), b0, b1, ref c90, ref c91);
                if (TRows.Count > 10) Step(At<TOperand>(lower, 4, 4 * stride), b0, b1, ref c100, ref c101);
                if (TRows.Count > 11) Step(At<TOperand>(lower, 5, stride5), b0, b1, ref c110, ref c111);
                Prefetch.Line(ahead);
                ahead += aheadStep;
                a = (float*)((byte*)a + (TOperand.IsSideBySide ? step : sizeof(float)));
                lower = (float*)((byte*)lower + (TOperand.IsSideBySide ? step : sizeof(float)));
                b += 2 * TSimd.Count;
            }

            if (b >= last) break;
            a = (float*)((byte*)a + operand.Gap);
            lower = (float*)((byte*)lower + operand.Gap);
            end = Until(end + (operand.Segment * 2 * TSimd.Count), last);
        }

        if (accumulate)
        {
            Add(c[0] + column, c00, c01);
            if (TRows.Count > 1) Add(c[1] + column, c10, c11);
            if (TRows.Count > 2) Add(c[2] + column, c20, c21);
            if (TRows.Count > 3) Add(c[3] + column, c30, c31);
            if (TRows.Count > 4) Add(c[4] + column, c40, c41);
            if (TRows.Count > 5) Add(c[5] + column, c50, c51);
            if (TRows.Count > 6) Add(c[6] + column, c60, c61);
            if (TRows.Count > 7) Add(c[7] + column, c70, c71);
            if (TRows.Count > 8) Add(c[8] + column, c80, c81);
            if (TRows.Count > 9) Add(c[9] + column, c90, c91);
            if (TRows.Count > 10) Add(c[10] + column, c100, c101);
            if (TRows.Count > 11) Add(c[11] + column, c110, c111);
            return;
        }

        var bias0 = bias == null ? TSimd.Zero : TSimd.Load(bias);
        var bias1 = bias == null ? TSimd.Zero : TSimd.Load(bias + TSimd.Count);
        Write(c[0] + column, c00 + bias0, c01 + bias1);
        if (TRows.Count > 1) Write(c[1] + column, c10 + bias0, c11 + bias1);
        if (TRows.Count > 2) Write(c[2] + column, c20 + bias0, c21 + bias1);
        if (TRows.Count > 3) Write(c[3] + column, c30 + bias0, c31 + bias1);
        if (TRows.Count > 4) Write(c[4] + column, c40 + bias0, c41 + bias1);
        if (TRows.Count > 5) Write(c[5] + column, c50 + bias0, c51 + bias1);
        if (TRows.Count > 6) Write(c[6] + column, c60 + bias0, c61 + bias1);
        if (TRows.Count > 7) Write(c[7] + column, c70 + bias0, c71 + bias1);
        if (TRows.Count > 8) Write(c[8] + column, c80 + bias0, c81 + bias1);
        if (TRows.Count > 9) Write(c[9] + column, c90 + bias0, c91 + bias1);
        if (TRows.Count > 10) Write(c[10] + column, c100 + bias0, c101 + bias1);
        if (TRows.Count > 11) Write(c[11] + column, c110 + bias0, c111 + bias1);
    }

    /// <summary>The end of a segment, or that of the chain.</summary>
    internal static float* Until(float* end, float* last) => end < last ? end : last;

    /// <summary>Where a row of A has the step's element: <paramref name="row"/> floats further if side by side, else as many bytes as are given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float* At<TOperand>(float* a, int row, nint bytes)
        where TOperand : struct, IOperand => TOperand.IsSideBySide ? a + row : (float*)((byte*)a + bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TSimd>(float* a, TSimd b0, TSimd b1, ref TSimd c0, ref TSimd c1)
        where TSimd : struct, ISimd<TSimd>
    {
        var value = TSimd.Broadcast(*a);
        c0 = TSimd.MultiplyAdd(value, b0, c0);
        c1 = TSimd.MultiplyAdd(value, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TSimd>(float* c, TSimd v0, TSimd v1)
        where TSimd : struct, ISimd<TSimd> => Write(c, TSimd.Load(c) + v0, TSimd.Load(c + TSimd.Count) + v1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TSimd>(float* c, TSimd v0, TSimd v1)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd.Store(v0, c);
        TSimd.Store(v1, c + TSimd.Count);
    }

    /// <summary>Writes or adds one row of panel <paramref name="panel"/> of several; the bias is that of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Finish<TSimd>(float* c, TSimd v0, TSimd v1, float* bias, int panel, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
    {
        if (accumulate)
        {
            Add(c, v0, v1);
            return;
        }

        var bias0 = bias == null ? TSimd.Zero : TSimd.Load(bias + (panel * 2 * TSimd.Count));
        var bias1 = bias == null ? TSimd.Zero : TSimd.Load(bias + (panel * 2 * TSimd.Count) + TSimd.Count);
        Write(c, v0 + bias0, v1 + bias1);
    }
}
