using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Gemm;

namespace Unfold.Tests.Kernels.Elementwise;

public sealed unsafe class ColumnSumsTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(64, 16, 0)]
    [InlineData(65, 100, 0)]
    [InlineData(200, 67, 13)]
    [InlineData(513, 128, 16)]
    [InlineData(130, 1100, 32)]
    public void Equal_sums_in_the_stated_order(int rows, int columns, int rowsPerGroup)
    {
        var random = new System.Random(rows);
        int stride = columns + 5, group = rowsPerGroup == 0 ? rows : rowsPerGroup, groupStride = (group * stride) + 7;
        float[] x = [.. Enumerable.Range(0, groupStride * ((rows + group - 1) / group)).Select(_ => random.NextSingle() - 0.5f)];
        foreach (bool accumulate in (bool[])[false, true])
        {
            float[] y = [.. Enumerable.Range(0, columns + 1).Select(i => i + 0.25f)], expected = [.. y];
            int first = columns / 3;
            fixed (float* px = x, py = y)
            {
                var view = new MatrixView(px, group, groupStride, stride, int.MaxValue, 0);
                ColumnSums.Add(view, rows, first, columns, py, accumulate);
                for (int column = first; column < columns; column++)
                {
                    float total = 0;
                    for (int row = 0; row < rows; row += 64)
                    {
                        float block = view.Row(row)[column];
                        for (int i = row + 1; i < Math.Min(rows, row + 64); i++)
                            block += view.Row(i)[column];
                        total += block;
                    }

                    expected[column] = accumulate ? expected[column] + total : total;
                }
            }

            Assert.Equal(expected, y);
        }
    }
}
