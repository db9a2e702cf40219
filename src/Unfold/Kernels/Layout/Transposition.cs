using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Layout;

/// <summary>Copies a matrix with its rows as columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>to[c * toStride + r] = from[r * fromStride + c].</summary>
    /// <param name="from">The first row.</param>
    /// <param name="fromStride">Elements from row to row.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="to">The first row of the destination.</param>
    /// <param name="toStride">Elements from row to row of the destination.</param>
    public static void Run(float* from, nint fromStride, int rows, int columns, float* to, nint toStride)
    {
        if (VectorWidth.Bits == 512) Run<Simd512>(from, fromStride, rows, columns, to, toStride);
        else if (VectorWidth.Bits == 256) Run<Simd256>(from, fromStride, rows, columns, to, toStride);
        else Run<Simd128>(from, fromStride, rows, columns, to, toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TSimd>(float* from, nint fromStride, int rows, int columns, float* to, nint toStride)
        where TSimd : struct, ISimd<TSimd>
    {
        float** starts = stackalloc float*[TSimd.Count];
        int wholeRows = rows - (rows % TSimd.Count), wholeColumns = columns - (columns % TSimd.Count);
        for (int row = 0; row < wholeRows; row += TSimd.Count)
        {
            for (int i = 0; i < TSimd.Count; i++) starts[i] = from + ((row + i) * fromStride);
            for (int column = 0; column < wholeColumns; column += TSimd.Count)
                TSimd.Transpose(starts, column, to + (column * toStride) + row, toStride);
        }

        Plain(from, fromStride, 0, wholeRows, wholeColumns, columns, to, toStride);
        Plain(from, fromStride, wholeRows, rows, 0, columns, to, toStride);
    }

    private static void Plain(float* from, nint fromStride, int firstRow, int endRow, int firstColumn, int endColumn, float* to, nint toStride)
    {
        for (int column = firstColumn; column < endColumn; column++)
        {
            for (int row = firstRow; row < endRow; row++) to[(column * toStride) + row] = from[(row * fromStride) + column];
        }
    }
}
