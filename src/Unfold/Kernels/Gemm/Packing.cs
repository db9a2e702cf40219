using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>Copies parts of a matrix into the order in which the micro-kernel reads them.</summary>
internal static unsafe class Packing
{
    /// <summary>The most rows of a source that <see cref="Transposed{TSimd}"/> packs side by side.</summary>
    public const int MaximumWidth = 32;

    /// <summary>Rows whose addresses are found at once.</summary>
    private const int StripRows = 64;

    /// <summary>
    /// destination[j * width + i] = source(firstRow + i, firstColumn + j) for i &lt; rows, j &lt; columns: rows become columns.
    /// </summary>
    /// <param name="source">The matrix.</param>
    /// <param name="firstRow">Its first row to pack.</param>
    /// <param name="rows">How many, 1 … <paramref name="width"/>; places beyond hold copies of the last row.</param>
    /// <param name="width">Floats from one packed column to the next, at most <see cref="MaximumWidth"/>.</param>
    /// <param name="firstColumn">Its first column to pack.</param>
    /// <param name="columns">How many.</param>
    /// <param name="destination">columns * width floats, and one vector more that is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transposed<TSimd>(
        MatrixView source, int firstRow, int rows, int width, int firstColumn, int columns, float* destination)
        where TSimd : struct, ISimd<TSimd>
    {
        float** rowStarts = stackalloc float*[MaximumWidth + 16];
        int groups = (width + TSimd.Count - 1) / TSimd.Count;
        for (int done = 0; done < columns;)
        {
            int count = source.Contiguous(firstColumn + done, columns - done);
            nint offset = source.Column(firstColumn + done);
            for (int i = 0; i < groups * TSimd.Count; i++) rowStarts[i] = source.Row(firstRow + Math.Min(i, rows - 1)) + offset;

            int column = 0;
            for (; column + TSimd.Count <= count; column += TSimd.Count)
            {
                // The last group first, and columns in order: what a store writes beyond the width is overwritten by a later one.
                float* target = destination + ((nint)(done + column) * width);
                for (int group = groups - 1; group >= 0; group--)
                    TSimd.Transpose(rowStarts + (group * TSimd.Count), column, target + (group * TSimd.Count), width);
            }

            for (; column < count; column++)
            {
                float* target = destination + ((nint)(done + column) * width);
                for (int i = 0; i < width; i++) target[i] = rowStarts[i][column];
            }

            done += count;
        }
    }

    /// <summary>
    /// destination[i * width + j] = source(firstRow + i, firstColumn + j) for i &lt; rows, j &lt; columns; zeros for j from columns
    /// to width.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Straight<TSimd>(
        MatrixView source, int firstRow, int rows, int firstColumn, int columns, int width, float* destination)
        where TSimd : struct, ISimd<TSimd>
    {
        float** starts = stackalloc float*[StripRows];
        for (int done = 0; done < columns;)
        {
            int count = source.Contiguous(firstColumn + done, columns - done);
            nint offset = source.Column(firstColumn + done);
            float* target = destination + done;
            for (int row = 0; row < rows; row += StripRows)
            {
                int strip = Math.Min(StripRows, rows - row);
                source.Starts(firstRow + row, strip, offset, starts);
                for (int i = 0; i < strip; i++, target += width) CopyRow<TSimd>(starts[i], target, count);
            }

            done += count;
        }

        if (columns == width) return;
        for (int i = 0; i < rows; i++) new Span<float>(destination + ((nint)i * width) + columns, width - columns).Clear();
    }

    /// <summary>
    /// <see cref="Straight{TSimd}"/> for rows whose addresses are known, of at most one vector, packed without gaps: a load and a store
    /// each.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Strip<TSimd>(float** rowStarts, int rows, nint offset, int columns, float* destination)
        where TSimd : struct, ISimd<TSimd>
    {
        // What a store writes beyond its row is overwritten by those that follow, but for the last rows.
        int row = 0;
        for (; (rows - row) * columns >= TSimd.Count; row++)
        {
            TSimd.Store(TSimd.LoadPartial(rowStarts[row] + offset, columns), destination);
            destination += columns;
        }

        for (; row < rows; row++)
        {
            TSimd.StorePartial(TSimd.LoadPartial(rowStarts[row] + offset, columns), destination, columns);
            destination += columns;
        }
    }

    /// <summary>Whole vectors, then one that overlaps them and ends where the row ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow<TSimd>(float* source, float* destination, int count)
        where TSimd : struct, ISimd<TSimd>
    {
        if (count >= TSimd.Count)
        {
            for (int i = 0; i + TSimd.Count < count; i += TSimd.Count) TSimd.Store(TSimd.Load(source + i), destination + i);
            TSimd.Store(TSimd.Load(source + count - TSimd.Count), destination + count - TSimd.Count);
        }
        else if (count >= 8 && Simd256.IsSupported)
        {
            CopyEnds<Simd256>(source, destination, count);
        }
        else if (count >= 4)
        {
            CopyEnds<Simd128>(source, destination, count);
        }
        else
        {
            for (int i = 0; i < count; i++) destination[i] = source[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyEnds<TSimd>(float* source, float* destination, int count)
        where TSimd : struct, ISimd<TSimd>
    {
        var head = TSimd.Load(source);
        var tail = TSimd.Load(source + count - TSimd.Count);
        TSimd.Store(head, destination);
        TSimd.Store(tail, destination + count - TSimd.Count);
    }
}
