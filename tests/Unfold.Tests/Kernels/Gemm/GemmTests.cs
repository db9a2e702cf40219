using Unfold.Kernels.Gemm;
using GemmKernel = Unfold.Kernels.Gemm.Gemm;

namespace Unfold.Tests.Kernels.Gemm;

public sealed unsafe class GemmTests
{
    private static readonly int[] Sizes = [1, 2, 3, 7, 8, 9, 12, 13, 15, 16, 17, 31, 33, 47, 64, 100];

    [Fact]
    public void Equals_the_plain_loops_at_awkward_sizes()
    {
        var random = new System.Random(1);
        foreach (int m in Sizes)
        {
            foreach (int n in Sizes)
            {
                int k = random.Next(0, 40) + (m == n ? 300 : 0);
                for (int variant = 0; variant < 16; variant++)
                {
                    var problem = new Problem(random, m, n, k, (variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0, (variant & 8) != 0);
                    problem.RunParallel();
                    problem.Check();
                    problem.Run(0, m, 0, n);
                    problem.Check();
                }
            }
        }
    }

    private sealed class Problem
    {
        private readonly int _m, _n, _k;
        private readonly bool _ta, _tb, _accumulate;
        private readonly float[] _a, _b, _before;
        private readonly float[]? _bias;
        private float[] _c;

        public Problem(System.Random random, int m, int n, int k, bool ta, bool tb, bool accumulate, bool bias)
        {
            (_m, _n, _k, _ta, _tb, _accumulate) = (m, n, k, ta, tb, accumulate);
            _a = Fill(random, m * k);
            _b = Fill(random, k * n);
            _before = Fill(random, m * n);
            _bias = bias ? Fill(random, n) : null;
            _c = [];
        }

        public void RunParallel()
        {
            _c = [.. _before];
            fixed (float* a = _a, b = _b, c = _c, bias = _bias)
            {
                GemmKernel.MultiplyParallel(
                    MatrixView.RowMajor(a, _ta ? _m : _k), _ta, MatrixView.RowMajor(b, _tb ? _k : _n), _tb, _m, _n, _k,
                    MatrixView.RowMajor(c, _n), _accumulate, bias);
            }
        }

        public void Run(int r0, int r1, int c0, int c1)
        {
            _c = [.. _before];
            float[] packed = new float[GemmKernel.PackedLength(_k, _n)];
            float[] workspace = new float[GemmKernel.WorkspaceLength(_k)];
            fixed (float* a = _a, b = _b, c = _c, bias = _bias, p = packed, w = workspace)
            {
                GemmKernel.PackB(MatrixView.RowMajor(b, _tb ? _k : _n), _tb, _k, _n, p);
                GemmKernel.Multiply(
                    MatrixView.RowMajor(a, _ta ? _m : _k), _ta, r0, r1, _k, p, _n, c0, c1, MatrixView.RowMajor(c, _n), _accumulate, bias, w);
            }
        }

        public void Check()
        {
            for (int i = 0; i < _m; i++)
            {
                for (int j = 0; j < _n; j++)
                {
                    double sum = _accumulate ? _before[(i * _n) + j] : _bias?[j] ?? 0;
                    double size = Math.Abs(sum);
                    for (int k = 0; k < _k; k++)
                    {
                        double term = (double)_a[_ta ? (k * _m) + i : (i * _k) + k] * _b[_tb ? (j * _k) + k : (k * _n) + j];
                        sum += term;
                        size += Math.Abs(term);
                    }

                    double actual = _c[(i * _n) + j];
                    Assert.True(Math.Abs(actual - sum) <= 1e-6 * size, $"m={_m} n={_n} k={_k} ({i}, {j}): {actual} is not {sum}");
                }
            }
        }

        private static float[] Fill(System.Random random, int length)
        {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) values[i] = (random.NextSingle() * 2) - 1;
            return values;
        }
    }
}
