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

    /// <summary>Floats for the sums of a narrow product.</summary>
    private const int NarrowSums = Narrow.MaximumColumns * Narrow.MaximumRows;

    /// <summary>Floats at the start of a workspace: those sums, a tile, a bias, the addresses of a chunk's rows and of the tile's.</summary>
    private const int Head =
        NarrowSums + (MaximumRowTile * MaximumColumnTile) + MaximumColumnTile + (2 * MaximumRowTile * (TilesPerChunk + 1));

    /// <summary>Rows from which A is read where it lies, rather than packed: fewer would make tiles that ask too much of the caches.</summary>
    private const int FewestPlainRows = 6;

    /// <summary>Floats from the first row to the last of a K block of a transposed A that is read where it lies: 1 MiB, as much as a core's own cache has.</summary>
    private const int MostPlainFloats = 1 << 18;

    /// <summary>The most tiles of a chunk: those of groups of the fewest rows, and one more at either end.</summary>
    private const int MostTiles = (MaximumRowTile * TilesPerChunk / FewestPlainRows) + 2;

    /// <summary>A of one K block of a chunk.</summary>
    private readonly ref struct Operand(OperandRows rows, ReadOnlySpan<TileRows> tiles)
    {
        public readonly OperandRows Rows = rows;

        public ReadOnlySpan<TileRows> Tiles { get; } = tiles;
    }

    /// <summary>Products with one A: what stays the same for all their tiles.</summary>
    private readonly ref struct Product(
        MatrixView a, bool transposedA, int k, ReadOnlySpan<PackedTarget> targets, int panelStart, int panelEnd, bool accumulate,
        float* workspace)
    {
        private readonly ReadOnlySpan<PackedTarget> _targets = targets;

        private float* Spill => workspace + NarrowSums;

        private float* SpillBias => Spill + (MaximumRowTile * MaximumColumnTile);

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
            if (IsNarrow())
            {
                foreach (ref readonly var target in _targets) RunNarrow<TSimd>(in target, rowStart, rowEnd);
                return;
            }

            for (int i = 0; i < MaximumRowTile; i++) SpillRows[i] = Spill + (i * MaximumColumnTile);

            int tiles = (rows + RowTile - 1) / RowTile;
            int chunks = (tiles + TilesPerChunk - 1) / TilesPerChunk;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                int from = rowStart + (int)((long)tiles * chunk / chunks * RowTile);
                int to = Math.Min(rowEnd, rowStart + (int)((long)tiles * (chunk + 1) / chunks * RowTile));
                RunChunk<TSimd>(from, to - from, to < rowEnd);
            }
        }

        /// <summary>Whether A need not be packed.</summary>
        private bool IsNarrow()
        {
            foreach (ref readonly var target in _targets)
            {
                if (target.N > Narrow.MaximumColumns) return false;
            }

            return true;
        }

        private void RunNarrow<TSimd>(in PackedTarget target, int rowStart, int rowEnd)
            where TSimd : struct, ISimd<TSimd>
        {
            int height = transposedA ? Narrow.MaximumRows : rowEnd - rowStart;
            for (int row = rowStart; row < rowEnd; row += height)
            {
                int start = 0;
                do
                {
                    int rows = Math.Min(height, rowEnd - row);
                    RunNarrowBlock<TSimd>(in target, row, rows, start, Math.Min(KBlock, k - start));
                    start += KBlock;
                }
                while (start < k);
            }
        }

        private void RunNarrowBlock<TSimd>(in PackedTarget target, int row, int rows, int start, int count)
            where TSimd : struct, ISimd<TSimd>
        {
            if (transposedA) Narrow.Sums<TSimd>(a, row, rows, start, count, k, in target, accumulate || start > 0, workspace);
            else if (start == 0) Narrow.InnerProducts<TSimd>(a, row, row + rows, k, in target, accumulate, PackedA);
        }

        private void RunChunk<TSimd>(int row, int rows, bool hasNext)
            where TSimd : struct, ISimd<TSimd>
        {
            TileRows* cut = stackalloc TileRows[MostTiles];
            int start = 0;
            do
            {
                int count = Math.Min(KBlock, k - start);
                var ahead = default(Ahead);
                RunTargets<TSimd>(narrow: true, row, rows, start, count, default, ref ahead); // first: it may use the place of the packed A
                var operand = PlainRows(rows, start, count);
                int tiles = operand.IsPacked ? PackA<TSimd>(row, rows, start, count, cut) : CutPlain(row, rows, start, cut);
                int portions = (panelEnd - panelStart) * tiles;
                start += KBlock;
                bool packsNext = transposedA && operand.IsPacked;
                if (packsNext && start < k) ahead = new Ahead(a, row, rows, start, Math.Min(KBlock, k - start), portions);
                else if (packsNext && hasNext) ahead = new Ahead(a, row + rows, rows, 0, Math.Min(KBlock, k), portions);
                RunTargets<TSimd>(narrow: false, row, rows, start - KBlock, count, new Operand(operand, new ReadOnlySpan<TileRows>(cut, tiles)), ref ahead);
            }
            while (start < k);
        }

        /// <summary>Whether a K block of some rows can be read where it lies: at equal distances, and enough side by side or in a group to fill tiles.</summary>
        /// <remarks>
        /// What packing costs is spared. Of a transposed A a tile uses a part of a cache line a step, and comes back for the rest: that must still be in the
        /// second-level cache. Otherwise a line serves many steps of the chain, and nothing is read more often.
        /// </remarks>
        private OperandRows PlainRows(int rows, int start, int count)
        {
            int side = transposedA ? a.ColumnsPerBlock : a.RowsPerGroup, segment = transposedA ? a.RowsPerGroup : a.ColumnsPerBlock;
            if (a.IsListed || Math.Min(rows, Math.Min(side, segment)) < FewestPlainRows || (transposedA && count * a.RowStride > MostPlainFloats))
                return default;
            nint stride = transposedA ? 1 : a.RowStride, step = transposedA ? a.RowStride : 1;
            nint gap = (transposedA ? a.GroupStride : a.BlockStride) - (segment * step);
            return new OperandRows(stride * sizeof(float), step * sizeof(float), segment - (start % segment), segment, gap * sizeof(float));
        }

        /// <summary>Cuts rows that are read where they lie: no tile is in two groups or blocks.</summary>
        private int CutPlain(int row, int rows, int start, TileRows* cut)
        {
            int tiles = 0, side = transposedA ? a.ColumnsPerBlock : a.RowsPerGroup;
            for (int done = 0; done < rows;)
            {
                int group = Math.Min(rows - done, side - ((row + done) % side));
                int parts = (group + RowTile - 1) / RowTile;
                for (int part = 0; part < parts; part++)
                {
                    int first = group * part / parts, end = group * (part + 1) / parts, at = row + done + first;
                    cut[tiles++] = new TileRows(done + first, end - first, (nint)(transposedA ? a.Row(start) + a.Column(at) : a.Row(at) + a.Column(start)));
                }

                done += group;
            }

            return tiles;
        }

        private void RunTargets<TSimd>(bool narrow, int row, int rows, int start, int count, Operand operand, ref Ahead ahead)
            where TSimd : struct, ISimd<TSimd>
        {
            int before = 0; // panels of the targets before this one
            foreach (ref readonly var target in _targets)
            {
                int from = Math.Max(panelStart - before, 0) * ColumnTile;
                int to = (int)Math.Min((long)(panelEnd - before) * ColumnTile, target.N);
                before += Panels(target.N);
                if (from >= to || target.N <= Narrow.MaximumColumns != narrow) continue;
                if (narrow) RunNarrowBlock<TSimd>(in target, row, rows, start, count);
                else RunBlock<TSimd>(in target, row, rows, start, count, operand, from, to, ref ahead);
            }
        }

        private int PackA<TSimd>(int row, int rows, int start, int count, TileRows* cut)
            where TSimd : struct, ISimd<TSimd>
        {
            int tiles = (rows + RowTile - 1) / RowTile;
            for (int tile = 0; tile < tiles; tile++)
            {
                int first = rows * tile / tiles;
                int height = (rows * (tile + 1) / tiles) - first;
                float* packed = PackedA + ((nint)first * count);
                cut[tile] = new TileRows(first, height, (nint)packed);
                if (!transposedA) Packing.Transposed<TSimd>(a, row + first, height, height, start, count, packed);
            }

            // A transposed is read a few of its rows at a time for all tiles: its tiles are narrower than cache lines.
            for (int done = 0; transposedA && done < count; done += TransposedStrip)
                PackStrip<TSimd>(row, rows, start, done, Math.Min(TransposedStrip, count - done), count);
            return tiles;
        }

        private void PackStrip<TSimd>(int row, int rows, int start, int done, int depth, int count)
            where TSimd : struct, ISimd<TSimd>
        {
            float** rowStarts = stackalloc float*[TransposedStrip];
            a.Starts(start + done, depth, 0, rowStarts);
            int tiles = (rows + RowTile - 1) / RowTile;
            for (int tile = 0; tile < tiles; tile++)
            {
                int first = rows * tile / tiles;
                int height = (rows * (tile + 1) / tiles) - first;
                float* packed = PackedA + ((nint)first * count) + ((nint)done * height);
                bool isWhole = height <= TSimd.Count && a.Contiguous(row + first, height) == height;
                if (isWhole) Packing.Strip<TSimd>(rowStarts, depth, a.Column(row + first), height, packed);
                else Packing.Straight<TSimd>(a, start + done, depth, row + first, height, height, packed);
            }
        }

        private void RunBlock<TSimd>(
            in PackedTarget target, int row, int rows, int start, int count, Operand operand, int columnStart, int columnEnd, ref Ahead ahead)
            where TSimd : struct, ISimd<TSimd>
        {
            var c = target.C;
            if (start == 0 || _targets.Length > 1)
            {
                c.Starts(row, rows, 0, RowStarts);
            }

            int tiles = operand.Tiles.Length;
            bool add = accumulate || start > 0;
            float* b = target.PackedB + (start * (nint)PackedWidth(target.N));
            float* blockBias = add ? null : target.Bias;
            int column = columnStart;
            if (rows <= 3) column = RunWide<TSimd>(in c, rows, count, columnStart, columnEnd, b, blockBias, add);
            for (; column < columnEnd; column += 2 * TSimd.Count)
            {
                float* panel = b + ((nint)column * count);
                int columns = Math.Min(2 * TSimd.Count, columnEnd - column);
                bool half = columns <= TSimd.Count;
                bool direct = columns == (half ? 1 : 2) * TSimd.Count && c.Contiguous(column, columns) == columns;
                nint offset = c.Column(column);
                float* panelBias = blockBias == null ? null : blockBias + column;
                bool isLast = column + (2 * TSimd.Count) >= columnEnd;
                float* next = isLast ? panel : panel + ((nint)2 * TSimd.Count * count);
                nint aheadStep = isLast ? 0 : (2 * TSimd.Count / tiles) + 1;
                for (int tile = 0; tile < tiles; tile++)
                {
                    TileRows at = operand.Tiles[tile];
                    float* from = (float*)at.A;
                    ahead.Fetch();
                    float* fetch = next + ((nint)count * aheadStep * tile);
                    if (direct)
                    {
                        Dispatch.Run<TSimd>(
                            half, at.Height, count, from, in operand.Rows, panel, RowStarts + at.First, offset, panelBias, add, fetch, aheadStep);
                    }
                    else
                    {
                        RunSpilled<TSimd>(
                            in c, half, at.Height, count, from, in operand.Rows, panel, RowStarts + at.First, column, columns, panelBias, add);
                    }
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
                    if (c.Contiguous(column + (panel * panelWidth), panelWidth) < panelWidth) return column;
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

        /// <summary>A tile whose columns are fewer than a panel's, or lie in two blocks of C: computed beside C and copied.</summary>
        private void RunSpilled<TSimd>(
            in MatrixView c, bool half, int height, int count, float* from, in OperandRows operand, float* panel, float** rows, int column,
            int columns, float* panelBias, bool add)
            where TSimd : struct, ISimd<TSimd>
        {
            if (panelBias != null) new ReadOnlySpan<float>(panelBias, columns).CopyTo(new Span<float>(SpillBias, columns));
            if (add) Move(in c, height, rows, column, columns, toSpill: true);
            Dispatch.Run<TSimd>(half, height, count, from, in operand, panel, SpillRows, 0, panelBias == null ? null : SpillBias, add, panel, 0);
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
    }
}
