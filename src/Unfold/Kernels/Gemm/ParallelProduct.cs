using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Gemm;

/// <summary>One product shared by a team. Each calling thread keeps one such object.</summary>
internal sealed unsafe class ParallelProduct : TeamJob
{
    private enum Phase
    {
        PackB,
        Rows,
        Columns,
    }

    [ThreadStatic]
    private static ParallelProduct? _current;

    private readonly Scratch _packedB = new();
    private MatrixView _a, _b, _c;
    private bool _transposedA, _transposedB, _accumulate;
    private int _m, _n, _k;
    private float* _bias;
    private float* _packed;
    private Phase _phase;

    public static ParallelProduct Current => _current ??= new ParallelProduct();

    private int Panels => (_n + Gemm.ColumnTile - 1) / Gemm.ColumnTile;

    public void Set(
        MatrixView a, bool transposedA, MatrixView b, bool transposedB, int m, int n, int k, MatrixView c, bool accumulate, float* bias)
    {
        (_a, _transposedA, _b, _transposedB, _c) = (a, transposedA, b, transposedB, c);
        (_m, _n, _k, _accumulate) = (m, n, k, accumulate);
        _bias = bias;
    }

    /// <summary>All pack B, then each multiplies its rows by it.</summary>
    public void RunByRows(Team team)
    {
        _packed = _packedB.Reserve(Gemm.PackedLength(_k, _n));
        _phase = Phase.PackB;
        team.Run(this, Math.Min(team.Size, Panels));
        _phase = Phase.Rows;
        team.Run(this, team.Size);
    }

    /// <summary>Each packs its columns of B and multiplies all rows by them.</summary>
    public void RunByColumns(Team? team, int parts)
    {
        _packed = _packedB.Reserve(Gemm.PackedLength(_k, _n));
        _phase = Phase.Columns;
        if (team == null) Execute(0, 1);
        else team.Run(this, parts);
    }

    protected internal override void Execute(int part, int partCount)
    {
        if (_phase == Phase.PackB)
        {
            Columns(part, partCount, out int from, out int to);
            Gemm.PackB(_b, _transposedB, _k, _n, from, to, _packed);
            return;
        }

        float* workspace = Scratch.Current.Reserve(Gemm.WorkspaceLength(_k));
        if (_phase == Phase.Rows)
        {
            int tiles = (_m + Gemm.RowTile - 1) / Gemm.RowTile;
            int from = (int)((long)tiles * part / partCount * Gemm.RowTile);
            int to = Math.Min(_m, (int)((long)tiles * (part + 1) / partCount * Gemm.RowTile));
            Gemm.Multiply(_a, _transposedA, from, to, _k, _packed, _n, _c, _accumulate, _bias, workspace);
        }
        else
        {
            Columns(part, partCount, out int from, out int to);
            Gemm.PackB(_b, _transposedB, _k, _n, from, to, _packed);
            Gemm.Multiply(_a, _transposedA, 0, _m, _k, _packed, _n, from, to, _c, _accumulate, _bias, workspace);
        }
    }

    private void Columns(int part, int partCount, out int from, out int to)
    {
        from = (int)((long)Panels * part / partCount) * Gemm.ColumnTile;
        to = Math.Min(_n, (int)((long)Panels * (part + 1) / partCount) * Gemm.ColumnTile);
    }
}
