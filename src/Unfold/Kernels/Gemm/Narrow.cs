using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>
/// Products with a B of one to four columns, whose time is that of reading A: A is neither packed nor copied. B is packed as [n, k]: its
/// columns, one after another, each filled up with zeros to a multiple of <see cref="Unit"/>.
/// </summary>
internal static unsafe class Narrow
{
    /// <summary>The most columns.</summary>
    public const int MaximumColumns = 4;

    /// <summary>The most rows of C that <see cref="Sums{TSimd}"/> makes at once.</summary>
    public const int MaximumRows = 512;

    /// <summary>Floats to a multiple of which a column is filled up: four vectors of the widest kind.</summary>
    private const int Unit = 64;

    /// <summary>Rows of a transposed A that are added up in registers before the sums are put away.</summary>
    private const int Strip = 16;

    /// <summary>Floats from one packed column to the next.</summary>
    public static nint Stride(int k) => ((nint)k + Unit - 1) / Unit * Unit;

    /// <summary>Packs <paramref name="count"/> elements of each column, from <paramref name="start"/> on.</summary>
    public static void Pack(MatrixView b, bool transposed, int k, int n, int start, int count, float* packed)
    {
        nint stride = Stride(k);
        int padding = start + count == k ? (int)(stride - k) : 0;
        for (int column = 0; column < n; column++)
        {
            float* target = packed + (column * stride) + start;
            for (int done = 0; transposed && done < count;)
            {
                int length = b.Contiguous(start + done, count - done);
                new ReadOnlySpan<float>(b.Row(column) + b.Column(start + done), length).CopyTo(new Span<float>(target + done, length));
                done += length;
            }

            nint offset = b.Column(transposed ? 0 : column);
            for (int i = 0; !transposed && i < count; i++) target[i] = b.Row(start + i)[offset];
            new Span<float>(target + count, padding).Clear();
        }
    }

    /// <summary>Some rows of C = A * B, or +=, with A as [m, k]: an inner product each.</summary>
    /// <remarks>
    /// Vector v of a row goes to chain v % 4, whatever the number of rows and of columns; the chains, then their lanes, are added in a
    /// fixed order.
    /// </remarks>
    /// <param name="a">A as [m, k].</param>
    /// <param name="rowStart">First row.</param>
    /// <param name="rowEnd">End of the rows.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="target">Packed B, C and bias.</param>
    /// <param name="accumulate">Whether to add to C.</param>
    /// <param name="scratch">k floats, for a row whose blocks are not whole units.</param>
    public static void InnerProducts<TSimd>(
        MatrixView a, int rowStart, int rowEnd, int k, in PackedTarget target, bool accumulate, float* scratch)
        where TSimd : struct, ISimd<TSimd>
    {
        nint stride = Stride(k);
        int block = Math.Min(k, a.ColumnsPerBlock);
        bool direct = block == k || block % (4 * TSimd.Count) == 0;
        float* bias = accumulate ? null : target.Bias;
        float* sums = stackalloc float[2];
        for (int row = rowStart; row < rowEnd; row++)
        {
            float* source = a.Row(row);
            if (!direct)
            {
                CopyRow(a, row, k, scratch);
                source = scratch;
            }

            float* to = target.C.Row(row);
            for (int column = 0; column < target.N; column += 2)
            {
                int columns = Math.Min(2, target.N - column);
                float* b = target.PackedB + (column * stride);
                if (columns == 2) InnerProduct<TSimd, Rows2>(source, direct ? block : k, a.BlockStride, k, b, b + stride, sums);
                else InnerProduct<TSimd, Rows1>(source, direct ? block : k, a.BlockStride, k, b, b, sums);
                for (int i = 0; i < columns; i++)
                {
                    float* element = to + target.C.Column(column + i);
                    *element = sums[i] + (accumulate ? *element : bias == null ? 0 : bias[column + i]);
                }
            }
        }
    }

    /// <summary>
    /// Some rows of C = A * B, or +=, with A as [k, m], over one K block: the rows of A, times an element of B each, are added up as they
    /// lie. Each element is one chain over the block, as in <see cref="Tile.Multiply{TSimd, TRows, TOperand}"/>.
    /// </summary>
    /// <param name="a">A as [k, m].</param>
    /// <param name="row">First row of C: column of A.</param>
    /// <param name="rows">Rows of C, at most <see cref="MaximumRows"/>.</param>
    /// <param name="start">First row of A: where the K block begins.</param>
    /// <param name="count">Length of the K block.</param>
    /// <param name="k">Length of all of B.</param>
    /// <param name="target">Packed B, C and bias.</param>
    /// <param name="add">Whether to add to C.</param>
    /// <param name="scratch"><see cref="MaximumColumns"/> * <see cref="MaximumRows"/> floats and one vector more.</param>
    public static void Sums<TSimd>(
        MatrixView a, int row, int rows, int start, int count, int k, in PackedTarget target, bool add, float* scratch)
        where TSimd : struct, ISimd<TSimd>
    {
        nint stride = Stride(k);
        new Span<float>(scratch, target.N * MaximumRows).Clear();
        float** starts = stackalloc float*[Strip];
        for (int done = 0; done < count; done += Strip)
        {
            int depth = Math.Min(Strip, count - done);
            for (int i = 0; i < depth; i++) starts[i] = a.Row(start + done + i);
            float* b = target.PackedB + start + done;
            for (int first = 0; first < rows;)
            {
                int length = a.Contiguous(row + first, rows - first);
                nint offset = a.Column(row + first);
                int column = 0;
                for (; column + 2 <= target.N; column += 2)
                {
                    float* sums = scratch + (column * MaximumRows) + first;
                    AddRows<TSimd, Rows2>(starts, offset, length, depth, b + (column * stride), b + ((column + 1) * stride), sums);
                }

                if (column < target.N)
                {
                    float* sums = scratch + (column * MaximumRows) + first;
                    AddRows<TSimd, Rows1>(starts, offset, length, depth, b + (column * stride), b, sums);
                }

                first += length;
            }
        }

        for (int column = 0; column < target.N; column++)
        {
            nint offset = target.C.Column(column);
            float bias = target.Bias == null ? 0 : target.Bias[column];
            float* sums = scratch + (column * MaximumRows);
            for (int i = 0; i < rows; i++)
            {
                float* element = target.C.Row(row + i) + offset;
                *element = sums[i] + (add ? *element : bias);
            }
        }
    }

    /// <summary>One row times one or two columns: the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InnerProduct<TSimd, TColumns>(float* a, int block, nint blockStride, int k, float* b, float* d, float* sums)
        where TSimd : struct, ISimd<TSimd>
        where TColumns : struct, IRows
    {
        TSimd b0 = TSimd.Zero, b1 = TSimd.Zero, b2 = TSimd.Zero, b3 = TSimd.Zero;
        TSimd d0 = TSimd.Zero, d1 = TSimd.Zero, d2 = TSimd.Zero, d3 = TSimd.Zero;
        for (int left = k; left > 0; left -= block)
        {
            int length = Math.Min(block, left);
            float* from = a;
            float* whole = a + (length / (4 * TSimd.Count) * (4 * TSimd.Count));
            for (; from < whole; from += 4 * TSimd.Count)
            {
                TSimd a0 = TSimd.Load(from), a1 = TSimd.Load(from + TSimd.Count);
                TSimd a2 = TSimd.Load(from + (2 * TSimd.Count)), a3 = TSimd.Load(from + (3 * TSimd.Count));
                Step(a0, a1, a2, a3, b, ref b0, ref b1, ref b2, ref b3);
                if (TColumns.Count > 1) Step(a0, a1, a2, a3, d, ref d0, ref d1, ref d2, ref d3);
                b += 4 * TSimd.Count;
                d += 4 * TSimd.Count;
            }

            int rest = length % (4 * TSimd.Count);
            if (rest > 0)
            {
                TSimd a0 = Part<TSimd>(from, rest, 0), a1 = Part<TSimd>(from, rest, 1);
                TSimd a2 = Part<TSimd>(from, rest, 2), a3 = Part<TSimd>(from, rest, 3);
                Step(a0, a1, a2, a3, b, ref b0, ref b1, ref b2, ref b3);
                if (TColumns.Count > 1) Step(a0, a1, a2, a3, d, ref d0, ref d1, ref d2, ref d3);
            }

            a += blockStride;
        }

        sums[0] = TSimd.Sum(b0 + b1 + (b2 + b3));
        if (TColumns.Count > 1) sums[1] = TSimd.Sum(d0 + d1 + (d2 + d3));
    }

    /// <summary>Vector <paramref name="index"/> of the last, incomplete unit.</summary>
    private static TSimd Part<TSimd>(float* from, int rest, int index)
        where TSimd : struct, ISimd<TSimd>
    {
        int count = Math.Clamp(rest - (index * TSimd.Count), 0, TSimd.Count);
        return count == 0 ? TSimd.Zero : TSimd.LoadPartial(from + (index * TSimd.Count), count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TSimd>(
        TSimd a0, TSimd a1, TSimd a2, TSimd a3, float* b, ref TSimd s0, ref TSimd s1, ref TSimd s2, ref TSimd s3)
        where TSimd : struct, ISimd<TSimd>
    {
        s0 = TSimd.MultiplyAdd(a0, TSimd.Load(b), s0);
        s1 = TSimd.MultiplyAdd(a1, TSimd.Load(b + TSimd.Count), s1);
        s2 = TSimd.MultiplyAdd(a2, TSimd.Load(b + (2 * TSimd.Count)), s2);
        s3 = TSimd.MultiplyAdd(a3, TSimd.Load(b + (3 * TSimd.Count)), s3);
    }

    /// <summary>sums[j, i] += Σ rows[s][offset + i] * b_j[s] over the <paramref name="depth"/> rows of a strip, for one or two j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows<TSimd, TColumns>(float** rows, nint offset, int length, int depth, float* b, float* d, float* sums)
        where TSimd : struct, ISimd<TSimd>
        where TColumns : struct, IRows
    {
        int i = 0;
        for (; i + (4 * TSimd.Count) <= length; i += 4 * TSimd.Count)
        {
            float* second = sums + MaximumRows;
            TSimd b0 = TSimd.Load(sums), b1 = TSimd.Load(sums + TSimd.Count);
            TSimd b2 = TSimd.Load(sums + (2 * TSimd.Count)), b3 = TSimd.Load(sums + (3 * TSimd.Count));
            TSimd d0 = TSimd.Zero, d1 = TSimd.Zero, d2 = TSimd.Zero, d3 = TSimd.Zero;
            if (TColumns.Count > 1)
            {
                (d0, d1) = (TSimd.Load(second), TSimd.Load(second + TSimd.Count));
                (d2, d3) = (TSimd.Load(second + (2 * TSimd.Count)), TSimd.Load(second + (3 * TSimd.Count)));
            }

            for (int s = 0; s < depth; s++)
            {
                float* from = rows[s] + offset + i;
                TSimd a0 = TSimd.Load(from), a1 = TSimd.Load(from + TSimd.Count);
                TSimd a2 = TSimd.Load(from + (2 * TSimd.Count)), a3 = TSimd.Load(from + (3 * TSimd.Count));
                StepBy(a0, a1, a2, a3, b[s], ref b0, ref b1, ref b2, ref b3);
                if (TColumns.Count > 1) StepBy(a0, a1, a2, a3, d[s], ref d0, ref d1, ref d2, ref d3);
            }

            Put(sums, b0, b1, b2, b3);
            if (TColumns.Count > 1) Put(second, d0, d1, d2, d3);
            sums += 4 * TSimd.Count;
        }

        for (; i < length; i += TSimd.Count)
        {
            int lanes = Math.Min(TSimd.Count, length - i);
            TSimd b0 = TSimd.LoadPartial(sums, lanes);
            TSimd d0 = TColumns.Count > 1 ? TSimd.LoadPartial(sums + MaximumRows, lanes) : TSimd.Zero;
            for (int s = 0; s < depth; s++)
            {
                TSimd a0 = TSimd.LoadPartial(rows[s] + offset + i, lanes);
                b0 = TSimd.MultiplyAdd(TSimd.Broadcast(b[s]), a0, b0);
                if (TColumns.Count > 1) d0 = TSimd.MultiplyAdd(TSimd.Broadcast(d[s]), a0, d0);
            }

            TSimd.StorePartial(b0, sums, lanes);
            if (TColumns.Count > 1) TSimd.StorePartial(d0, sums + MaximumRows, lanes);
            sums += TSimd.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepBy<TSimd>(
        TSimd a0, TSimd a1, TSimd a2, TSimd a3, float b, ref TSimd s0, ref TSimd s1, ref TSimd s2, ref TSimd s3)
        where TSimd : struct, ISimd<TSimd>
    {
        var value = TSimd.Broadcast(b);
        s0 = TSimd.MultiplyAdd(value, a0, s0);
        s1 = TSimd.MultiplyAdd(value, a1, s1);
        s2 = TSimd.MultiplyAdd(value, a2, s2);
        s3 = TSimd.MultiplyAdd(value, a3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TSimd>(float* target, TSimd v0, TSimd v1, TSimd v2, TSimd v3)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd.Store(v0, target);
        TSimd.Store(v1, target + TSimd.Count);
        TSimd.Store(v2, target + (2 * TSimd.Count));
        TSimd.Store(v3, target + (3 * TSimd.Count));
    }

    private static void CopyRow(MatrixView a, int row, int k, float* target)
    {
        for (int done = 0; done < k;)
        {
            int length = a.Contiguous(done, k - done);
            new ReadOnlySpan<float>(a.Row(row) + a.Column(done), length).CopyTo(new Span<float>(target + done, length));
            done += length;
        }
    }
}
