namespace Unfold.Kernels.Gemm;

/// <summary>One of several products with the same A: C [m, n] = A [m, k] * B [k, n].</summary>
/// <param name="b">B as [k, n], or as [n, k] if <paramref name="transposedB"/>.</param>
/// <param name="transposedB">Whether B is given transposed.</param>
/// <param name="n">Columns of B and C.</param>
/// <param name="c">C; no part of it may be part of A, of a B or of another C.</param>
/// <param name="bias">Null or n floats added to every row, when not accumulating.</param>
internal readonly unsafe struct ProductTarget(MatrixView b, bool transposedB, int n, MatrixView c, float* bias)
{
    public MatrixView B => b;

    public bool TransposedB => transposedB;

    public int N => n;

    public MatrixView C => c;

    public float* Bias => bias;
}

/// <summary>A target whose B is packed, by <see cref="Gemm.PackB"/> or panel by panel.</summary>
internal readonly unsafe struct PackedTarget(float* packedB, int n, MatrixView c, float* bias)
{
    public float* PackedB => packedB;

    public int N => n;

    public MatrixView C => c;

    public float* Bias => bias;
}
