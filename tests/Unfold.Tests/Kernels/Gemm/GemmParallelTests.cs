using Unfold.Kernels.Gemm;
using Unfold.Kernels.Threading;
using GemmKernel = Unfold.Kernels.Gemm.Gemm;

namespace Unfold.Tests.Kernels.Gemm;

[Collection(nameof(Team))]
public sealed unsafe class GemmParallelTests
{
    [Theory]
    [InlineData(400, 256, 300, true, false)] // rows: a weight gradient
    [InlineData(700, 100, 257, false, true)] // rows, with a last panel that is not full
    [InlineData(20, 1000, 300, false, true)] // columns
    [InlineData(1, 5000, 400, false, true)]  // one row
    [InlineData(5000, 1, 300, false, false)] // one column
    [InlineData(700, 3, 800, true, false)]   // few columns, from a transposed A
    [InlineData(700, 13, 300, true, true)]   // less than a vector of columns
    public void Bits_do_not_depend_on_the_number_of_threads(int m, int n, int k, bool transposedA, bool transposedB)
    {
        int before = Team.Shared.Size;
        try
        {
            var problem = new Problem(new System.Random(4), m, n, k, new Layout(transposedA, transposedB, ColumnsPerBlock: 48));
            float[] plain = problem.Run();
            foreach (int threads in (int[])[1, 2, 3, 4])
            {
                Team.SetSize(threads);
                Assert.Equal(plain, problem.RunParallel());
            }
        }
        finally
        {
            Team.SetSize(before);
        }
    }

    [Fact]
    public void Several_callers_at_once_get_their_own_results()
    {
        var problems = Enumerable.Range(0, 4).Select(i => new Problem(new System.Random(i), 120 + i, 200, 100, new Layout())).ToArray();
        float[][] expected = [.. problems.Select(p => p.Run())];
        Parallel.For(0, 4, i =>
        {
            for (int repeat = 0; repeat < 20; repeat++) Assert.Equal(expected[i], problems[i].RunParallel());
        });
    }

    [Fact]
    public void Allocates_nothing_after_the_first_time()
    {
        float[] a = new float[300 * 200], b = new float[200 * 300], c = new float[300 * 300];
        fixed (float* pa = a, pb = b, pc = c)
        {
            MatrixView va = MatrixView.RowMajor(pa, 200), vb = MatrixView.RowMajor(pb, 300), vc = MatrixView.RowMajor(pc, 300);
            GemmKernel.MultiplyParallel(va, false, vb, false, 300, 300, 200, vc, false, null);
            GemmKernel.MultiplyParallel(va, false, vb, false, 20, 300, 200, vc, false, null);
            // The least of some rounds: while another test has the team, the parts run on this thread, and the first time they do their
            // scratch memory is made here.
            long least = long.MaxValue;
            for (int round = 0; round < 5; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 10; i++)
                {
                    GemmKernel.MultiplyParallel(va, false, vb, false, 300, 300, 200, vc, false, null);
                    GemmKernel.MultiplyParallel(va, false, vb, false, 20, 300, 200, vc, false, null);
                }

                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }
}
