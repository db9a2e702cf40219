using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

internal static unsafe partial class Gemm
{
    /// <summary>Floats that packing may write past its end: one vector of the widest kind.</summary>
    private const int Slack = 16;

    private const int MaximumRowTile = 12;

    /// <summary>Rows of a transposed A that are packed for all tiles of a chunk before the next.</summary>
    private const int TransposedStrip = 16;

    private const int MaximumColumnTile = 32;

    /// <summary>Floats at the start of a workspace: a tile, a bias, and the addresses of a chunk's rows and of the tile's.</summary>
    private const int Head = (MaximumRowTile * MaximumColumnTile) + MaximumColumnTile + (2 * MaximumRowTile * (TilesPerChunk + 1));

    /// <summary>Products with one A: what stays the same for all their tiles.</summary>
    private readonly ref struct Product(
        MatrixView a, bool transposedA, int k, ReadOnlySpan<PackedTarget> targets, int panelStart, int panelEnd, bool accumulate,
        float* workspace)
    {
        private readonly ReadOnlySpan<PackedTarget> _targets = targets;

        private float* Spill => workspace;

        private float* SpillBias => workspace + (MaximumRowTile * MaximumColumnTile);

        private float** RowStarts => (float**)(SpillBias + MaximumColumnTile);

        private float** SpillRows => RowStarts + (MaximumRowTile * TilesPerChunk);

        private float* PackedA => workspace + Head;

        /// <summary>Cuts the rows into equal chunks, and a chunk into equal tiles.</summary>
        /// <remarks>A tile of one row beside one of twelve would waste its pass over B.</remarks>
        public void Run<TSimd>(int rowStart, int rowEnd)
            where TSimd : struct, ISimd<TSimd>
        {
            int rows = rowEnd - rowStart;
            if (rows <= 0 || panelEnd <= panelStart) return;
            for (int i = 0; i < MaximumRowTile; i++) SpillRows[i] = Spill + (i * MaximumColumnTile);

            int tiles = (rows + RowTile - 1) / RowTile;
            int chunks = (tiles + TilesPerChunk - 1) / TilesPerChunk;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                int from = rowStart + (int)((long)tiles * chunk / chunks * RowTile);
                int to = Math.Min(rowEnd, rowStart + (int)((long)tiles * (chunk + 1) / chunks * RowTile));
                RunChunk<TSimd>(from, to - from);
            }
        }

        private void RunChunk<TSimd>(int row, int rows)
            where TSimd : struct, ISimd<TSimd>
        {
            int start = 0;
            do
            {
                int count = Math.Min(KBlock, k - start);
                PackA<TSimd>(row, rows, start, count);
                int before = 0; // panels of the targets before this one
                foreach (ref readonly var target in _targets)
                {
                    int from = Math.Max(panelStart - before, 0) * ColumnTile;
                    int to = (int)Math.Min((long)(panelEnd - before) * ColumnTile, target.N);
                    if (from < to) RunBlock<TSimd>(in target, row, rows, start, count, from, to);
                    before += Panels(target.N);
                }

                start += KBlock;
            }
            while (start < k);
        }

        private void PackA<TSimd>(int row, int rows, int start, int count)
            where TSimd : struct, ISimd<TSimd>
        {
            // A transposed is read a few of its rows at a time for all tiles: its tiles are narrower than cache lines.
            int tiles = (rows + RowTile - 1) / RowTile;
            int strip = transposedA ? TransposedStrip : count;
            for (int done = 0; done < count; done += strip)
            {
                int depth = Math.Min(strip, count - done);
                for (int tile = 0; tile < tiles; tile++)
                {
                    int first = rows * tile / tiles;
                    int height = (rows * (tile + 1) / tiles) - first;
                    float* packed = PackedA + ((nint)first * count) + ((nint)done * height);
                    if (transposedA) Packing.Straight<TSimd>(a, start + done, depth, row + first, height, height, packed);
                    else Packing.Transposed<TSimd>(a, row + first, height, height, start, count, packed);
                }
            }
        }

        private void RunBlock<TSimd>(in PackedTarget target, int row, int rows, int start, int count, int columnStart, int columnEnd)
            where TSimd : struct, ISimd<TSimd>
        {
            var c = target.C;
            if (start == 0 || _targets.Length > 1)
            {
                for (int i = 0; i < rows; i++) RowStarts[i] = c.Row(row + i);
            }

            int tiles = (rows + RowTile - 1) / RowTile;
            bool add = accumulate || start > 0;
            float* b = target.PackedB + (start * (nint)RoundUp(target.N, ColumnTile));
            float* blockBias = add ? null : target.Bias;
            int column = columnStart;
            if (rows <= 3) column = RunWide<TSimd>(in c, rows, count, columnStart, columnEnd, b, blockBias, add);
            for (; column < columnEnd; column += 2 * TSimd.Count)
            {
                float* panel = b + ((nint)column * count);
                int columns = Math.Min(2 * TSimd.Count, columnEnd - column);
                bool direct = IsDirect<TSimd>(in c, column, columns);
                nint offset = c.Column(column);
                float* panelBias = blockBias == null ? null : blockBias + column;
                for (int tile = 0; tile < tiles; tile++)
                {
                    int first = rows * tile / tiles;
                    int height = (rows * (tile + 1) / tiles) - first;
                    float* packed = PackedA + ((nint)first * count);
                    if (direct) RunTile<TSimd>(height, count, packed, panel, RowStarts + first, offset, panelBias, add);
                    else RunSpilled<TSimd>(in c, height, count, packed, panel, RowStarts + first, column, columns, panelBias, add);
                }
            }
        }

        /// <summary>As many columns as can be done several panels at once; gives the first that is left.</summary>
        private int RunWide<TSimd>(in MatrixView c, int rows, int count, int columnStart, int columnEnd, float* b, float* blockBias, bool add)
            where TSimd : struct, ISimd<TSimd>
        {
            int panelWidth = 2 * TSimd.Count;
            int panels = WideTile.Panels(rows);
            nint* offsets = stackalloc nint[4];
            int column = columnStart;
            for (; column + (panels * panelWidth) <= columnEnd; column += panels * panelWidth)
            {
                for (int panel = 0; panel < panels; panel++)
                {
                    if (!IsDirect<TSimd>(in c, column + (panel * panelWidth), panelWidth)) return column;
                    offsets[panel] = c.Column(column + (panel * panelWidth));
                }

                float* panelBias = blockBias == null ? null : blockBias + column;
                float* first = b + ((nint)column * count);
                if (rows == 1) WideTile.MultiplyRow<TSimd>(count, PackedA, first, RowStarts, offsets, panelBias, add);
                else if (rows == 2) WideTile.MultiplyPair<TSimd, Rows2>(count, PackedA, first, RowStarts, offsets, panelBias, add);
                else WideTile.MultiplyPair<TSimd, Rows3>(count, PackedA, first, RowStarts, offsets, panelBias, add);
            }

            return column;
        }

        /// <summary>Whether C takes a whole panel side by side.</summary>
        private static bool IsDirect<TSimd>(in MatrixView c, int column, int columns)
            where TSimd : struct, ISimd<TSimd> => columns == 2 * TSimd.Count && c.Contiguous(column, columns) == columns;

        /// <summary>A tile whose columns are fewer than a panel's, or lie in two blocks of C: computed beside C and copied.</summary>
        private void RunSpilled<TSimd>(
            in MatrixView c, int height, int count, float* packedA, float* panel, float** rows, int column, int columns, float* panelBias,
            bool add)
            where TSimd : struct, ISimd<TSimd>
        {
            if (panelBias != null) new ReadOnlySpan<float>(panelBias, columns).CopyTo(new Span<float>(SpillBias, columns));
            if (add) Move(in c, height, rows, column, columns, toSpill: true);
            RunTile<TSimd>(height, count, packedA, panel, SpillRows, 0, panelBias == null ? null : SpillBias, add);
            Move(in c, height, rows, column, columns, toSpill: false);
        }

        private void Move(in MatrixView c, int height, float** rows, int column, int columns, bool toSpill)
        {
            for (int done = 0; done < columns;)
            {
                int length = c.Contiguous(column + done, columns - done);
                nint offset = c.Column(column + done);
                for (int i = 0; i < height; i++)
                {
                    var outside = new Span<float>(rows[i] + offset, length);
                    var inside = new Span<float>(SpillRows[i] + done, length);
                    if (toSpill) outside.CopyTo(inside);
                    else inside.CopyTo(outside);
                }

                done += length;
            }
        }

        private static void RunTile<TSimd>(int height, nint count, float* a, float* b, float** rows, nint offset, float* bias, bool add)
            where TSimd : struct, ISimd<TSimd>
        {
            switch (height)
            {
                case 1: Tile.Multiply<TSimd, Rows1>(count, a, b, rows, offset, bias, add); return;
                case 2: Tile.Multiply<TSimd, Rows2>(count, a, b, rows, offset, bias, add); return;
                case 3: Tile.Multiply<TSimd, Rows3>(count, a, b, rows, offset, bias, add); return;
                case 4: Tile.Multiply<TSimd, Rows4>(count, a, b, rows, offset, bias, add); return;
                case 5: Tile.Multiply<TSimd, Rows5>(count, a, b, rows, offset, bias, add); return;
                case 6: Tile.Multiply<TSimd, Rows6>(count, a, b, rows, offset, bias, add); return;
                case 7: Tile.Multiply<TSimd, Rows7>(count, a, b, rows, offset, bias, add); return;
                case 8: Tile.Multiply<TSimd, Rows8>(count, a, b, rows, offset, bias, add); return;
                case 9: Tile.Multiply<TSimd, Rows9>(count, a, b, rows, offset, bias, add); return;
                case 10: Tile.Multiply<TSimd, Rows10>(count, a, b, rows, offset, bias, add); return;
                case 11: Tile.Multiply<TSimd, Rows11>(count, a, b, rows, offset, bias, add); return;
                default: Tile.Multiply<TSimd, Rows12>(count, a, b, rows, offset, bias, add); return;
            }
        }
    }
}
