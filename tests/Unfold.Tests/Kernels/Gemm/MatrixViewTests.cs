using Unfold.Kernels.Gemm;

namespace Unfold.Tests.Kernels.Gemm;

public sealed unsafe class MatrixViewTests
{
    [Fact]
    public void Elements_lie_where_the_formula_says()
    {
        float[] memory = new float[1000];
        fixed (float* data = memory)
        {
            var view = new MatrixView(data, 3, 100, 10, 4, 40);
            for (int r = 0; r < 12; r++)
            {
                for (int c = 0; c < 12; c++)
                {
                    nint expected = (r / 3 * 100) + (r % 3 * 10) + (c / 4 * 40) + (c % 4);
                    Assert.Equal(expected, view.Row(r) + view.Column(c) - data);
                    var part = view.Rows(r / 3 * 3).Columns(c / 4 * 4);
                    Assert.Equal(expected, part.Row(r % 3) + part.Column(c % 4) - data);
                }
            }
        }
    }

    [Fact]
    public void Columns_lie_side_by_side_to_the_end_of_their_block()
    {
        var blocked = MatrixView.Blocked(null, 10, 4, 40);
        Assert.Equal(4, blocked.Contiguous(0, 9));
        Assert.Equal(1, blocked.Contiguous(7, 9));
        Assert.Equal(2, blocked.Contiguous(8, 2));
        Assert.Equal(900, MatrixView.RowMajor(null, 1000).Contiguous(100, 900));
    }
}
