using Unfold.Kernels.Gemm;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

/// <summary>Products of tensors seen as matrices: the last axis is the columns, the others together are the rows.</summary>
internal static unsafe class Product
{
    /// <summary>y = A B, or y += A B; A is <paramref name="a"/> or its transpose, B likewise. With a bias, that is added to every row.</summary>
    public static void Multiply(Tensor a, bool transposedA, Tensor b, bool transposedB, Tensor y, bool accumulate, Tensor bias = default)
    {
        int inner = transposedA ? a.Shape.Rows : a.Shape.Last;
        int rows = transposedA ? a.Shape.Last : a.Shape.Rows;
        int columns = transposedB ? b.Shape.Rows : b.Shape.Last;
        fixed (float* pa = a.Span, pb = b.Span, py = y.Span, bias0 = bias.HasValue ? bias.Span : default)
        {
            Gemm.MultiplyParallel(
                MatrixView.RowMajor(pa, a.Shape.Last),
                transposedA,
                MatrixView.RowMajor(pb, b.Shape.Last),
                transposedB,
                rows,
                columns,
                inner,
                MatrixView.RowMajor(py, columns),
                accumulate,
                bias0);
        }
    }
}
