namespace Unfold.Kernels.Gemm;

/// <summary>
/// How a matrix lies in memory: rows in groups, columns in blocks. Element (r, c) is <c>Data[(r / RowsPerGroup) * GroupStride +
/// (r % RowsPerGroup) * RowStride + (c / ColumnsPerBlock) * BlockStride + c % ColumnsPerBlock]</c>.
/// </summary>
/// <remarks>
/// So gates kept as [G, T * N, H] are one matrix of T * N rows and G * H columns, without a copy. Rows that follow no rule are listed: then
/// row r is at <c>Data + Listed[r] * RowStride</c>.
/// </remarks>
internal readonly unsafe struct MatrixView(
    float* data, int rowsPerGroup, nint groupStride, nint rowStride, int columnsPerBlock, nint blockStride, int* listed = null)
{
    public float* Data => data;

    public int RowsPerGroup => rowsPerGroup;

    public nint GroupStride => groupStride;

    public nint RowStride => rowStride;

    /// <summary>Whether the rows are at places that follow no rule.</summary>
    public bool IsListed => listed != null;

    public int ColumnsPerBlock => columnsPerBlock;

    public nint BlockStride => blockStride;

    /// <summary>A matrix of rows <paramref name="rowStride"/> floats apart, each row contiguous.</summary>
    public static MatrixView RowMajor(float* data, nint rowStride) => new(data, int.MaxValue, 0, rowStride, int.MaxValue, 0);

    /// <summary>Columns in blocks, <paramref name="blockStride"/> floats from block to block.</summary>
    public static MatrixView Blocked(float* data, nint rowStride, int columnsPerBlock, nint blockStride) =>
        new(data, int.MaxValue, 0, rowStride, columnsPerBlock, blockStride);

    /// <summary>Rows at places that are listed, each contiguous.</summary>
    public static MatrixView Listed(float* data, int* rows, nint rowStride) => new(data, int.MaxValue, 0, rowStride, int.MaxValue, 0, rows);

    /// <summary>Where row <paramref name="row"/> begins: the address of its column 0.</summary>
    public float* Row(int row) => listed != null
        ? data + (listed[row] * rowStride)
        : (uint)row < (uint)rowsPerGroup
        ? data + (row * rowStride)
        : data + (row / rowsPerGroup * groupStride) + (row % rowsPerGroup * rowStride);

    /// <summary>Where each of some rows begins, plus an offset: without a division for each.</summary>
    public void Starts(int first, int count, nint offset, float** starts)
    {
        for (int done = 0; done < count;)
        {
            float* row = Row(first + done) + offset;
            int group = listed != null ? 1 : Math.Min(count - done, rowsPerGroup - ((first + done) % rowsPerGroup));
            for (int i = 0; i < group; i++, row += rowStride) starts[done++] = row;
        }
    }

    /// <summary>How far column <paramref name="column"/> is from column 0 of its row, in floats.</summary>
    public nint Column(int column) => (uint)column < (uint)columnsPerBlock
        ? column
        : (column / columnsPerBlock * blockStride) + (column % columnsPerBlock);

    /// <summary>How many columns from <paramref name="column"/> on, at most <paramref name="count"/>, lie side by side.</summary>
    public int Contiguous(int column, int count) => Math.Min(count, columnsPerBlock - (column % columnsPerBlock));

    /// <summary>The view from row <paramref name="first"/> on, which begins a group or is any row if there are no groups.</summary>
    public MatrixView Rows(int first) => listed != null
        ? new(data, rowsPerGroup, groupStride, rowStride, columnsPerBlock, blockStride, listed + first)
        : new(Row(first), rowsPerGroup, groupStride, rowStride, columnsPerBlock, blockStride);

    /// <summary>The view from column <paramref name="first"/> on, which begins a block or is any column if there are no blocks.</summary>
    public MatrixView Columns(int first) => new(data + Column(first), rowsPerGroup, groupStride, rowStride, columnsPerBlock, blockStride, listed);
}
