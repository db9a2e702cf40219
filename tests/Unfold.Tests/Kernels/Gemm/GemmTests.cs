using FsCheck;
using FsCheck.Fluent;
using Unfold.Kernels.Gemm;
using GemmKernel = Unfold.Kernels.Gemm.Gemm;

namespace Unfold.Tests.Kernels.Gemm;

public sealed class GemmTests
{
    private static readonly int[] Sizes = [1, 2, 3, 7, 8, 9, 12, 15, 16, 17, 31, 33, 65];

    [Fact]
    public void Equals_the_plain_loops_at_awkward_sizes()
    {
        var random = new System.Random(1);
        foreach (int m in Sizes)
        {
            foreach (int n in Sizes)
            {
                for (int variant = 0; variant < 4; variant++)
                {
                    var problem = new Problem(random, m, n, Sizes[random.Next(Sizes.Length)], Layout.Random(random));
                    problem.Check(problem.Run());
                    problem.Check(problem.RunParallel());
                }
            }
        }
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    public void Sums_over_several_blocks_of_K(int k)
    {
        var random = new System.Random(k);
        foreach (int m in (int[])[1, 2, 3, 13, 100])
        {
            for (int variant = 0; variant < 4; variant++)
            {
                var problem = new Problem(random, m, 70, k, Layout.Random(random));
                problem.Check(problem.Run());
                problem.Check(problem.RunParallel());
            }
        }
    }

    [Fact]
    public void Without_terms_gives_the_bias_or_leaves_C()
    {
        var random = new System.Random(1);
        foreach (int m in (int[])[1, 5, 20])
        {
            for (int variant = 0; variant < 8; variant++)
            {
                var problem = new Problem(random, m, 37, 0, Layout.Random(random));
                problem.Check(problem.Run());
                problem.Check(problem.RunParallel());
            }
        }
    }

    [Fact]
    public void Equals_the_plain_loops_at_any_shape_and_layout() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            seed =>
            {
                var random = new System.Random(seed);
                var problem = new Problem(random, random.Next(1, 60), random.Next(1, 90), random.Next(0, 50), Layout.Random(random));
                problem.Check(problem.Run());
                problem.Check(problem.RunParallel());
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 0, 40, false)]
    [InlineData(6, 16, 64, false)]
    [InlineData(13, 20, 60, false)]
    [InlineData(16, 128, 512, false)]
    [InlineData(7, 100, 650, false)]
    [InlineData(32, 64, 640, false)]
    [InlineData(0, 0, 40, true)]
    [InlineData(6, 16, 64, true)]
    [InlineData(13, 20, 60, true)]
    [InlineData(16, 31, 512, true)]
    [InlineData(100, 7, 650, true)]
    [InlineData(32, 6, 640, true)]
    public unsafe void Rows_that_are_read_where_they_lie_give_the_bits_of_packed_ones(int rowsPerGroup, int columnsPerBlock, int k, bool transposed)
    {
        var random = new System.Random(k);
        foreach (int n in (int[])[5, 16, 32, 70])
        {
            const int m = 61, gap = 3;
            (int height, int width) = transposed ? (k, m) : (m, k);
            int group = rowsPerGroup == 0 ? height : rowsPerGroup, block = columnsPerBlock == 0 ? width : columnsPerBlock;
            int stride = block + gap, groupStride = (group * stride) + gap;
            int blockStride = groupStride * ((height + group - 1) / group);
            float[] a = Numbers(blockStride * ((width + block - 1) / block)), b = Numbers(k * n);
            float[] plain = new float[m * n], packed = new float[m * n], copy = new float[m * k];
            float[] packedB = new float[GemmKernel.PackedLength(k, n)], workspace = new float[GemmKernel.WorkspaceLength(k)];
            int[] rows = [.. Enumerable.Range(0, height)];
            fixed (float* pa = a, pb = b, pPlain = plain, pPacked = packed, pCopy = copy, pPackedB = packedB, pWorkspace = workspace)
            fixed (int* listed = rows)
            {
                var view = new MatrixView(pa, group, groupStride, stride, block, blockStride);
                for (int row = 0; row < height; row++)
                {
                    for (int column = 0; column < width; column++)
                        copy[(row * width) + column] = view.Row(row)[view.Column(column)];
                }

                GemmKernel.PackB(MatrixView.RowMajor(pb, n), false, k, n, pPackedB);
                GemmKernel.Multiply(view, transposed, 0, m, k, pPackedB, n, MatrixView.RowMajor(pPlain, n), false, null, pWorkspace);

                // Rows at places that are listed are packed.
                GemmKernel.Multiply(
                    MatrixView.Listed(pCopy, listed, width), transposed, 0, m, k, pPackedB, n, MatrixView.RowMajor(pPacked, n), false, null, pWorkspace);
            }

            Assert.Equal(packed, plain);
        }

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    [Fact]
    public void Bits_do_not_depend_on_where_rows_and_columns_are_cut()
    {
        var random = new System.Random(2);
        int tile = GemmKernel.ColumnTile;
        for (int variant = 0; variant < 24; variant++)
        {
            int m = random.Next(20, 130), n = (5 * tile) + random.Next(0, tile), k = random.Next(1, 600);
            var problem = new Problem(random, m, n, k, Layout.Random(random));
            float[] whole = problem.Run();
            int[] rowCuts = [0, 1, 3, 6, 10, 15, random.Next(15, problem.M), problem.M];
            Assert.Equal(whole, problem.Run(rowCuts, [0, tile, 4 * tile, problem.N]));
            Assert.Equal(whole, problem.Run([.. Enumerable.Range(0, problem.M + 1)], [0, problem.N]));
            int[] pairs = [.. Enumerable.Range(0, (m / 2) + 1).Select(i => 2 * i), m];
            Assert.Equal(whole, problem.Run(pairs, [0, 3 * tile, n]));
            Assert.Equal(whole, problem.RunParallel());
        }
    }

    [Fact]
    public void Few_columns_have_the_same_bits_wherever_rows_are_cut_and_however_A_lies()
    {
        var random = new System.Random(5);
        foreach (int n in (int[])[1, 2, 3, 4, 5, 8, 9, 16, 17])
        {
            foreach (bool transposedA in (bool[])[false, true])
            {
                // Blocks of columns that are whole vectors, that are not, and none; more rows than are summed at once.
                float[]? first = null;
                int seed = random.Next(), k = random.Next(200, 700);
                foreach (int block in (int[])[0, 64, 37])
                {
                    var layout = new Layout(transposedA, Accumulate: true, ColumnsPerBlock: block, RowsPerGroup: block / 3);
                    var problem = new Problem(new System.Random(seed), 600, n, k, layout);
                    float[] whole = problem.Run();
                    problem.Check(whole);
                    Assert.Equal(whole, problem.Run([0, 1, 14, 30, 31, 520, 600], [0, n]));
                    Assert.Equal(whole, problem.RunParallel());
                    float[] elements = [.. Enumerable.Range(0, 600 * n).Select(i => problem.Element(whole, i / n, i % n))];
                    Assert.Equal(first ??= elements, elements);
                }
            }
        }
    }

    [Fact]
    public void Tiles_cover_every_number_of_rows()
    {
        var random = new System.Random(3);
        for (int m = 1; m <= 40; m++)
        {
            var problem = new Problem(random, m, 4 * GemmKernel.ColumnTile, 33, new Layout(Bias: true));
            float[] whole = problem.Run();
            problem.Check(whole);
            Assert.Equal(whole, problem.Run([.. Enumerable.Range(0, m + 1)], [0, problem.N]));
        }
    }
}
