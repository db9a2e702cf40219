using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>Products of matrices in single precision.</summary>
/// <remarks>
/// Order of arithmetic: K is cut into blocks of <see cref="KBlock"/>; in a block each element is one chain of fused multiply-adds over k,
/// in order, from zero; block sums are added to C (or to the bias, or to zero) in order. So an element's bits depend on k and on the vector
/// width of the process, but not on the number of rows or columns, on where the work is cut, or on threads.
/// </remarks>
internal static unsafe partial class Gemm
{
    /// <summary>Rows of the largest micro-kernel: 12 with AVX-512, else 6.</summary>
    public static readonly int RowTile = VectorWidth.Bits == 512 ? 12 : 6;

    /// <summary>Columns of a panel of packed B: two vectors.</summary>
    public static readonly int ColumnTile = VectorWidth.Bits / 16;

    /// <summary>Length of a K block: a panel of B is then 32 KiB at most and stays near the core for all rows of a chunk.</summary>
    public const int KBlock = 256;

    /// <summary>Row tiles whose packed A is kept at once, about 100 KiB with AVX-512: B is read once for so many.</summary>
    private const int TilesPerChunk = 8;

    /// <summary>Floats that B [k, n] takes when packed.</summary>
    public static nint PackedLength(int k, int n) => ((nint)k * RoundUp(n, ColumnTile)) + Slack;

    /// <summary>Panels of a packed B of n columns.</summary>
    public static int Panels(int n) => (n + ColumnTile - 1) / ColumnTile;

    /// <summary>Floats of scratch that one thread needs for a product.</summary>
    public static nint WorkspaceLength(int k) =>
        Head + ((nint)RowTile * TilesPerChunk * Math.Min(k, KBlock)) + Slack;

    /// <summary>
    /// Packs B [k, n] (given as [n, k] if <paramref name="transposed"/>): for each K block, for each panel of <see cref="ColumnTile"/>
    /// columns, the panel's rows in order. The last panel is filled up.
    /// </summary>
    public static void PackB(MatrixView b, bool transposed, int k, int n, float* packed)
    {
        for (int block = 0; block * KBlock < k; block++)
        {
            for (int panel = 0; panel < Panels(n); panel++) PackPanel(b, transposed, k, n, panel, block, packed);
        }
    }

    /// <summary>The same for one panel in one K block.</summary>
    public static void PackPanel(MatrixView b, bool transposed, int k, int n, int panel, int block, float* packed)
    {
        if (VectorWidth.Bits == 512) PackPanel<Simd512>(b, transposed, k, n, panel, block, packed);
        else if (VectorWidth.Bits == 256) PackPanel<Simd256>(b, transposed, k, n, panel, block, packed);
        else PackPanel<Simd128>(b, transposed, k, n, panel, block, packed);
    }

    /// <summary>
    /// Rows <paramref name="rowStart"/> … <paramref name="rowEnd"/> of C [m, n] = A [m, k] * B, or += if <paramref name="accumulate"/>.
    /// </summary>
    /// <param name="a">A as [m, k], or as [k, m] if <paramref name="transposedA"/>.</param>
    /// <param name="transposedA">Whether A is given transposed.</param>
    /// <param name="rowStart">First row of C.</param>
    /// <param name="rowEnd">End of the rows of C.</param>
    /// <param name="k">Length of the sums; 0 gives the bias or zeros.</param>
    /// <param name="packedB">B from <see cref="PackB"/> with the same k and n.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="c">C; no part of it may be part of A.</param>
    /// <param name="accumulate">Whether to add to C.</param>
    /// <param name="bias">Null or n floats added to every row, when not accumulating.</param>
    /// <param name="workspace">Scratch of <see cref="WorkspaceLength"/> floats, this thread's own.</param>
    public static void Multiply(
        MatrixView a, bool transposedA, int rowStart, int rowEnd, int k, float* packedB, int n,
        MatrixView c, bool accumulate, float* bias, float* workspace) =>
        Multiply(a, transposedA, rowStart, rowEnd, k, packedB, n, 0, n, c, accumulate, bias, workspace);

    /// <summary>The same for some columns: both ends are multiples of <see cref="ColumnTile"/>, but for the last, which may be n.</summary>
    public static void Multiply(
        MatrixView a, bool transposedA, int rowStart, int rowEnd, int k, float* packedB, int n, int columnStart, int columnEnd,
        MatrixView c, bool accumulate, float* bias, float* workspace)
    {
        var target = new PackedTarget(packedB, n, c, bias);
        Multiply(
            a, transposedA, rowStart, rowEnd, k, new ReadOnlySpan<PackedTarget>(in target), columnStart / ColumnTile, Panels(columnEnd),
            accumulate, workspace);
    }

    /// <summary>
    /// The same for several targets with one A, and of their panels, numbered from the first target's first on, those from
    /// <paramref name="panelStart"/> to <paramref name="panelEnd"/>.
    /// </summary>
    public static void Multiply(
        MatrixView a, bool transposedA, int rowStart, int rowEnd, int k, ReadOnlySpan<PackedTarget> targets, int panelStart, int panelEnd,
        bool accumulate, float* workspace)
    {
        var product = new Product(a, transposedA, k, targets, panelStart, panelEnd, accumulate, workspace);
        if (VectorWidth.Bits == 512) product.Run<Simd512>(rowStart, rowEnd);
        else if (VectorWidth.Bits == 256) product.Run<Simd256>(rowStart, rowEnd);
        else product.Run<Simd128>(rowStart, rowEnd);
    }

    private static void PackPanel<TSimd>(MatrixView b, bool transposed, int k, int n, int panel, int block, float* packed)
        where TSimd : struct, ISimd<TSimd>
    {
        int start = block * KBlock, count = Math.Min(KBlock, k - start);
        int column = panel * ColumnTile, columns = Math.Min(ColumnTile, n - column);
        packed += (start * (nint)RoundUp(n, ColumnTile)) + ((nint)column * count);
        if (transposed) Packing.Transposed<TSimd>(b, column, columns, 2 * TSimd.Count, start, count, packed);
        else Packing.Straight<TSimd>(b, start, count, column, columns, 2 * TSimd.Count, packed);
    }

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}
