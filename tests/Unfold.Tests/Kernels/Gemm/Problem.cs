using System.Runtime.InteropServices;
using Unfold.Kernels.Gemm;
using GemmKernel = Unfold.Kernels.Gemm.Gemm;

namespace Unfold.Tests.Kernels.Gemm;

/// <summary>How the matrices of a problem lie in memory.</summary>
public sealed record Layout(
    bool TransposedA = false, bool TransposedB = false, bool Accumulate = false, bool Bias = false,
    int RowsPerGroup = 0, int ColumnsPerBlock = 0)
{
    public static Layout Random(System.Random random) => new(
        random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0,
        random.Next(2) == 0 ? 0 : random.Next(1, 30), random.Next(2) == 0 ? 0 : random.Next(1, 70));
}

/// <summary>A product of random matrices, what it should give in double, and ways to run it. Around C lie sentinels.</summary>
internal sealed unsafe class Problem
{
    private const float Sentinel = -12345.5f;
    private const int Guard = 40;

    private readonly StoredMatrix _a, _b, _c;
    private readonly float[]? _bias;
    private readonly float[] _before;
    private readonly Layout _layout;

    public Problem(System.Random random, int m, int n, int k, Layout layout)
    {
        (M, N, K, _layout) = (m, n, k, layout);
        _a = layout.TransposedA ? new StoredMatrix(random, k, m, layout) : new StoredMatrix(random, m, k, layout);
        _b = layout.TransposedB ? new StoredMatrix(random, n, k, layout) : new StoredMatrix(random, k, n, layout);
        _c = new StoredMatrix(random, m, n, layout);
        _before = [.. _c.Memory];
        if (layout.Bias) _bias = new StoredMatrix(random, 1, n, new Layout()).Memory[..n];
    }

    public int M { get; }

    public int N { get; }

    public int K { get; }

    public override string ToString() => $"m={M} n={N} k={K} {_layout}";

    public float[] RunParallel()
    {
        _before.CopyTo(_c.Memory, 0);
        fixed (float* a = _a.Memory, b = _b.Memory, c = _c.Memory, bias = _bias)
        {
            GemmKernel.MultiplyParallel(
                _a.View(a), _layout.TransposedA, _b.View(b), _layout.TransposedB, M, N, K, _c.View(c), _layout.Accumulate, bias);
        }

        return [.. _c.Memory];
    }

    /// <summary>Problems of one seed, m, k and layout of A, which is then the same, in one call.</summary>
    public static float[][] RunTogether(Problem[] problems)
    {
        var pins = new List<GCHandle>();
        float* Pin(float[]? memory)
        {
            if (memory is not { Length: > 0 }) return null;
            pins.Add(GCHandle.Alloc(memory, GCHandleType.Pinned));
            return (float*)pins[^1].AddrOfPinnedObject();
        }

        var first = problems[0];
        var targets = new ProductTarget[problems.Length];
        for (int i = 0; i < problems.Length; i++)
        {
            var problem = problems[i];
            Assert.Equal(first._a.Memory, problem._a.Memory);
            problem._before.CopyTo(problem._c.Memory, 0);
            targets[i] = new ProductTarget(
                problem._b.View(Pin(problem._b.Memory)), problem._layout.TransposedB, problem.N, problem._c.View(Pin(problem._c.Memory)),
                Pin(problem._bias));
        }

        GemmKernel.MultiplyParallel(
            first._a.View(Pin(first._a.Memory)), first._layout.TransposedA, targets, first.M, first.K, first._layout.Accumulate);
        foreach (var pin in pins) pin.Free();
        return [.. problems.Select(problem => (float[])[.. problem._c.Memory])];
    }

    public float[] Run() => Run([0, M], [0, N]);

    /// <summary>In pieces: rows and columns cut at the given places.</summary>
    public float[] Run(int[] rowCuts, int[] columnCuts)
    {
        _before.CopyTo(_c.Memory, 0);
        float[] packed = Guarded(GemmKernel.PackedLength(K, N));
        float[] workspace = Guarded(GemmKernel.WorkspaceLength(K));
        fixed (float* a = _a.Memory, b = _b.Memory, c = _c.Memory, bias = _bias, p = packed, w = workspace)
        {
            GemmKernel.PackB(_b.View(b), _layout.TransposedB, K, N, p);
            for (int i = 1; i < rowCuts.Length; i++)
            {
                for (int j = 1; j < columnCuts.Length; j++)
                {
                    GemmKernel.Multiply(
                        _a.View(a), _layout.TransposedA, rowCuts[i - 1], rowCuts[i], K, p, N, columnCuts[j - 1], columnCuts[j],
                        _c.View(c), _layout.Accumulate, bias, w);
                }
            }
        }

        Assert.All(packed[^Guard..], x => Assert.Equal(Sentinel, x));
        Assert.All(workspace[^Guard..], x => Assert.Equal(Sentinel, x));
        return [.. _c.Memory];
    }

    /// <summary>Compares with sums in double; what lies between the elements of C must be as before.</summary>
    public void Check(float[] actual)
    {
        float[] outside = [.. actual];
        for (int i = 0; i < M; i++)
        {
            for (int j = 0; j < N; j++)
            {
                nint place = _c.Place(i, j);
                double sum = _layout.Accumulate ? _before[place] : _bias?[j] ?? 0;
                double size = Math.Abs(sum);
                for (int k = 0; k < K; k++)
                {
                    double term = (double)A(i, k) * B(k, j);
                    sum += term;
                    size += Math.Abs(term);
                }

                if (!(Math.Abs(actual[place] - sum) <= 2e-6 * size)) Assert.Fail($"{this} ({i}, {j}): {actual[place]} is not {sum}");
                outside[place] = _before[place];
            }
        }

        Assert.Equal(_before, outside);
    }

    public float Element(float[] memory, int row, int column) => memory[_c.Place(row, column)];

    private float A(int i, int k) => _layout.TransposedA ? _a.Memory[_a.Place(k, i)] : _a.Memory[_a.Place(i, k)];

    private float B(int k, int j) => _layout.TransposedB ? _b.Memory[_b.Place(j, k)] : _b.Memory[_b.Place(k, j)];

    private static float[] Guarded(nint length)
    {
        float[] memory = new float[length + Guard];
        Array.Fill(memory, Sentinel);
        return memory;
    }

    /// <summary>A matrix in memory, with gaps between its rows, groups and blocks that hold NaN: whoever reads them shows it.</summary>
    private sealed class StoredMatrix
    {
        private readonly int _rowsPerGroup, _columnsPerBlock;
        private readonly nint _groupStride, _rowStride, _blockStride;

        public StoredMatrix(System.Random random, int rows, int columns, Layout layout)
        {
            _rowsPerGroup = layout.RowsPerGroup == 0 ? int.MaxValue : layout.RowsPerGroup;
            _columnsPerBlock = layout.ColumnsPerBlock == 0 ? int.MaxValue : layout.ColumnsPerBlock;
            int groupRows = Math.Min(rows, _rowsPerGroup);
            int blockColumns = Math.Min(columns, _columnsPerBlock);
            int blocks = layout.ColumnsPerBlock == 0 ? 1 : (columns / layout.ColumnsPerBlock) + 1;
            _rowStride = blockColumns + 3;
            _blockStride = (groupRows * _rowStride) + 2;
            _groupStride = (blocks * _blockStride) + 1;
            int groups = layout.RowsPerGroup == 0 ? 1 : (rows / layout.RowsPerGroup) + 1;
            Memory = new float[groups * _groupStride];
            Array.Fill(Memory, float.NaN);
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++) Memory[Place(r, c)] = (random.NextSingle() * 2) - 1;
            }
        }

        public float[] Memory { get; }

        public nint Place(int r, int c) =>
            (r / _rowsPerGroup * _groupStride) + (r % _rowsPerGroup * _rowStride) +
            (c / _columnsPerBlock * _blockStride) + (c % _columnsPerBlock);

        public MatrixView View(float* data) => new(data, _rowsPerGroup, _groupStride, _rowStride, _columnsPerBlock, _blockStride);
    }
}
