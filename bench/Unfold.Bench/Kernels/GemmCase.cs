using Unfold.Kernels.Gemm;
using Unfold.Kernels.Threading;

namespace Unfold.Bench.Kernels;

/// <summary>A product of fixed shape with all it needs: for one thread with B packed before, or for the team, which packs.</summary>
internal sealed unsafe class GemmCase
{
    private readonly AlignedBuffer _a, _b, _c, _packed, _workspace;
    private readonly int _m, _n, _k;
    private readonly bool _transposedA, _transposedB;
    private readonly RowsJob _rows;

    public GemmCase(GemmShape shape)
    {
        (_m, _n, _k, _transposedA, _transposedB) = shape;
        _a = new AlignedBuffer((long)_m * _k);
        _b = new AlignedBuffer((long)_k * _n);
        _c = new AlignedBuffer((long)_m * _n);
        _packed = new AlignedBuffer(Gemm.PackedLength(_k, _n));
        _workspace = new AlignedBuffer(Gemm.WorkspaceLength(_k));
        _rows = new RowsJob(this);
        Pack();
    }

    public double Operations => 2.0 * _m * _n * _k;

    private MatrixView A => MatrixView.RowMajor(_a.Pointer, _transposedA ? _m : _k);

    private MatrixView B => MatrixView.RowMajor(_b.Pointer, _transposedB ? _k : _n);

    private MatrixView C => MatrixView.RowMajor(_c.Pointer, _n);

    public void Pack() => Gemm.PackB(B, _transposedB, _k, _n, _packed.Pointer);

    public void Multiply() =>
        Gemm.Multiply(A, _transposedA, 0, _m, _k, _packed.Pointer, _n, C, accumulate: false, null, _workspace.Pointer);

    /// <summary>Half the rows to a thread, as the recurrent layers do.</summary>
    public void MultiplyRowsOnTeam() => Team.Shared.Run(_rows, Team.Shared.Size);

    public void MultiplyParallel() => Gemm.MultiplyParallel(A, _transposedA, B, _transposedB, _m, _n, _k, C, accumulate: false, null);

    public void MultiplyOpenBlas(int threads) => OpenBlas.Multiply(threads, _transposedA, _transposedB, _m, _n, _k, _a.Pointer, _b.Pointer, _c.Pointer);

    private sealed class RowsJob(GemmCase owner) : TeamJob
    {
        protected internal override void Execute(int part, int partCount) => Gemm.Multiply(
            owner.A, owner._transposedA, owner._m * part / partCount, owner._m * (part + 1) / partCount, owner._k, owner._packed.Pointer,
            owner._n, owner.C, accumulate: false, null, Scratch.Current.Reserve(Gemm.WorkspaceLength(owner._k)));
    }
}
