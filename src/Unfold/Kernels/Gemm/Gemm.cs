using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>Products of matrices in single precision.</summary>
/// <remarks>
/// Order of arithmetic: K is cut into blocks of <see cref="KBlock"/>; in a block each element is one chain of fused multiply-adds over k,
/// in order, from zero; block sums are added to C (or to the bias, or to zero) in order. So an element's bits depend on k and on the vector
/// width of the process, but not on the number of rows or columns, on where the work is cut, or on threads. Of products with a B of at
/// most four columns (<see cref="Narrow"/>) all the same is true, but for the order within a row of an A that is not transposed.
/// </remarks>
internal static unsafe partial class Gemm
{
    /// <summary>Rows of the largest micro-kernel: 12 with AVX-512, else 6.</summary>
    public static readonly int RowTile = VectorWidth.Bits == 512 ? 12 : 6;

    /// <summary>Columns of a panel of packed B: two vectors.</summary>
    public static readonly int ColumnTile = VectorWidth.Bits / 16;

    /// <summary>
    /// Length of a K block. C passes through memory once a block, so a long one is worth more than a panel of B (64 KiB at most with AVX-512) that fits
    /// the first-level cache: what the kernel asks of the second is a tenth of what that gives.
    /// </summary>
    public const int KBlock = 512;

    /// <summary>Row tiles whose packed A is kept at once, about 200 KiB with AVX-512: B is read once for so many.</summary>
    private const int TilesPerChunk = 8;

    /// <summary>Floats that B [k, n] takes when packed.</summary>
    public static nint PackedLength(int k, int n) =>
        n <= Narrow.MaximumColumns ? (n * Narrow.Stride(k)) + Slack : ((nint)k * PackedWidth(n)) + Slack;

    /// <summary>Panels of a packed B of n columns.</summary>
    public static int Panels(int n) => (n + ColumnTile - 1) / ColumnTile;

    /// <summary>Floats of scratch that one thread needs for a product.</summary>
    public static nint WorkspaceLength(int k) =>
        Head + Math.Max((nint)RowTile * TilesPerChunk * Math.Min(k, KBlock), k) + Slack;

    /// <summary>
    /// Packs B [k, n] (given as [n, k] if <paramref name="transposed"/>): for each K block, for each panel of <see cref="ColumnTile"/>
    /// columns, the panel's rows in order. The last panel is filled up, to one vector where that is enough. A B of few columns is
    /// packed as <see cref="Narrow"/> says.
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

    /// <summary>C [m, n] = A [m, k] * B [k, n] for several targets with one A, whose B are packed first, all by the calling thread.</summary>
    /// <param name="a">A as [m, k], or as [k, m] if <paramref name="transposedA"/>.</param>
    /// <param name="transposedA">Whether A is given transposed.</param>
    /// <param name="targets">The B and C.</param>
    /// <param name="m">Rows of A and of every C.</param>
    /// <param name="k">Length of the sums; 0 gives the bias or zeros.</param>
    /// <param name="accumulate">Whether to add to C.</param>
    /// <param name="room">Scratch of <see cref="WorkspaceLength"/> and of <see cref="PackedLength"/> for each target, this thread's own.</param>
    public static void Multiply(MatrixView a, bool transposedA, ReadOnlySpan<ProductTarget> targets, int m, int k, bool accumulate, float* room)
    {
        float* workspace = room;
        room += WorkspaceLength(k);
        Span<PackedTarget> packed = stackalloc PackedTarget[targets.Length];
        int panels = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            ref readonly var target = ref targets[i];
            PackB(target.B, target.TransposedB, k, target.N, room);
            packed[i] = new PackedTarget(room, target.N, target.C, target.Bias);
            panels += Panels(target.N);
            room += PackedLength(k, target.N);
        }

        Multiply(a, transposedA, 0, m, k, packed, 0, panels, accumulate, workspace);
    }

    private static void PackPanel<TSimd>(MatrixView b, bool transposed, int k, int n, int panel, int block, float* packed)
        where TSimd : struct, ISimd<TSimd>
    {
        int start = block * KBlock, count = Math.Min(KBlock, k - start);
        if (n <= Narrow.MaximumColumns)
        {
            Narrow.Pack(b, transposed, k, n, start, count, packed);
            return;
        }

        int column = panel * ColumnTile, columns = Math.Min(ColumnTile, n - column);
        int width = columns <= TSimd.Count ? TSimd.Count : 2 * TSimd.Count;
        packed += (start * (nint)PackedWidth(n)) + ((nint)column * count);
        if (transposed) Packing.Transposed<TSimd>(b, column, columns, width, start, count, packed);
        else Packing.Straight<TSimd>(b, start, count, column, columns, width, packed);
    }

    /// <summary>Columns of a packed B that is not narrow: whole vectors.</summary>
    private static int PackedWidth(int n) => RoundUp(n, ColumnTile / 2);

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}
