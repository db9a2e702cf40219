using System.Runtime.CompilerServices;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>Sums of matrices over their rows, in a fixed order: a column's 64 rows at a time one after the other, then those sums.</summary>
internal static unsafe class ColumnSums
{
    private const int RowBlock = 64;
    private const int ColumnBlock = 1024;

    /// <summary>y[c] (+)= the sum of x(r, c) over r &lt; rows, for c from <paramref name="first"/> to <paramref name="end"/>; x's rows are contiguous.</summary>
    public static void Add(MatrixView x, int rows, int first, int end, float* y, bool accumulate)
    {
        if (VectorWidth.Bits == 512) Add<Simd512>(x, rows, first, end, y, accumulate);
        else if (VectorWidth.Bits == 256) Add<Simd256>(x, rows, first, end, y, accumulate);
        else Add<Simd128>(x, rows, first, end, y, accumulate);
    }

    private static void Add<TSimd>(MatrixView x, int rows, int first, int end, float* y, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
    {
        float** starts = stackalloc float*[RowBlock];
        float* total = stackalloc float[ColumnBlock];
        for (int column = first; column < end; column += ColumnBlock)
        {
            int columns = Math.Min(ColumnBlock, end - column);
            Elementwise.Fill(total, columns, 0);
            for (int row = 0; row < rows; row += RowBlock)
            {
                int count = Math.Min(RowBlock, rows - row);
                x.Starts(row, count, column, starts);
                AddBlock<TSimd>(starts, count, columns, total);
            }

            if (accumulate) Elementwise.Accumulate(total, y + column, columns);
            else Elementwise.Copy(total, y + column, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock<TSimd>(float** starts, int rows, int columns, float* total)
        where TSimd : struct, ISimd<TSimd>
    {
        int column = 0;
        for (; column + (4 * TSimd.Count) <= columns; column += 4 * TSimd.Count)
        {
            float* x = starts[0] + column;
            TSimd s0 = TSimd.Load(x), s1 = TSimd.Load(x + TSimd.Count), s2 = TSimd.Load(x + (2 * TSimd.Count)), s3 = TSimd.Load(x + (3 * TSimd.Count));
            for (int row = 1; row < rows; row++)
            {
                x = starts[row] + column;
                s0 += TSimd.Load(x);
                s1 += TSimd.Load(x + TSimd.Count);
                s2 += TSimd.Load(x + (2 * TSimd.Count));
                s3 += TSimd.Load(x + (3 * TSimd.Count));
            }

            float* t = total + column;
            TSimd.Store(TSimd.Load(t) + s0, t);
            TSimd.Store(TSimd.Load(t + TSimd.Count) + s1, t + TSimd.Count);
            TSimd.Store(TSimd.Load(t + (2 * TSimd.Count)) + s2, t + (2 * TSimd.Count));
            TSimd.Store(TSimd.Load(t + (3 * TSimd.Count)) + s3, t + (3 * TSimd.Count));
        }

        for (; column < columns; column += TSimd.Count)
        {
            int count = Math.Min(TSimd.Count, columns - column);
            TSimd sum = TSimd.LoadPartial(starts[0] + column, count);
            for (int row = 1; row < rows; row++) sum += TSimd.LoadPartial(starts[row] + column, count);
            TSimd.StorePartial(TSimd.LoadPartial(total + column, count) + sum, total + column, count);
        }
    }
}
