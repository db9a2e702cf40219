using Unfold.Kernels.Gemm;

namespace Unfold.Bench.Kernels;

/// <summary>Weight gradients of one layer, Aᵀ B each, added to C, with the same A [k, m].</summary>
internal sealed unsafe class TargetsCase
{
    private readonly AlignedBuffer _a;
    private readonly AlignedBuffer[] _b, _c;
    private readonly ProductTarget[] _targets;
    private readonly int _m, _k;

    public TargetsCase(int m, int[] columns, int k)
    {
        (_m, _k) = (m, k);
        _a = new AlignedBuffer((long)m * k);
        _b = [.. columns.Select(n => new AlignedBuffer((long)k * n))];
        _c = [.. columns.Select(n => new AlignedBuffer((long)m * n))];
        _targets = new ProductTarget[columns.Length];
        for (int i = 0; i < columns.Length; i++)
            _targets[i] = new ProductTarget(View(_b[i], columns[i]), transposedB: false, columns[i], View(_c[i], columns[i]), null);
        Operations = 2.0 * m * columns.Sum() * k;
    }

    public double Operations { get; }

    public void MultiplyTogether() => Gemm.MultiplyParallel(View(_a, _m), transposedA: true, _targets, _m, _k, accumulate: true);

    public void MultiplyApart()
    {
        foreach (ref readonly var target in _targets.AsSpan())
        {
            Gemm.MultiplyParallel(
                View(_a, _m), transposedA: true, target.B, transposedB: false, _m, target.N, _k, target.C, accumulate: true, null);
        }
    }

    private static MatrixView View(AlignedBuffer buffer, int columns) => MatrixView.RowMajor(buffer.Pointer, columns);
}
