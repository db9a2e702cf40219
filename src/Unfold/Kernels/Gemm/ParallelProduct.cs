using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Gemm;

/// <summary>Products with one A, shared by a team. Each calling thread keeps one such object.</summary>
internal sealed unsafe class ParallelProduct : TeamJob
{
    [ThreadStatic]
    private static ParallelProduct? _current;

    private readonly Scratch _packedB = new();
    private ProductTarget[] _targets = [];
    private PackedTarget[] _packed = [];
    private MatrixView _a;
    private bool _transposedA, _accumulate, _byColumns;
    private int _count; // of targets
    private int _panels; // of all targets
    private int _m, _k;
    private int _begun, _done; // panels of one K block: those that a thread has taken to pack, and those that are packed

    public static ParallelProduct Current => _current ??= new ParallelProduct();

    private int Blocks => (_k + Gemm.KBlock - 1) / Gemm.KBlock;

    public void Set(MatrixView a, bool transposedA, ReadOnlySpan<ProductTarget> targets, int m, int k, bool accumulate)
    {
        (_a, _transposedA, _m, _k, _accumulate) = (a, transposedA, m, k, accumulate);
        _count = targets.Length;
        if (_targets.Length < _count) (_targets, _packed) = (new ProductTarget[_count], new PackedTarget[_count]);
        targets.CopyTo(_targets);

        nint length = 0;
        foreach (ref readonly var target in targets) length += Gemm.PackedLength(k, target.N);
        float* packed = _packedB.Reserve(length);
        _panels = 0;
        for (int i = 0; i < _count; i++)
        {
            ref readonly var target = ref _targets[i];
            _packed[i] = new PackedTarget(packed, target.N, target.C, target.Bias);
            _panels += Gemm.Panels(target.N);
            packed += Gemm.PackedLength(k, target.N);
        }

        // Others may execute every part before this thread comes to one: what it will need some day is reserved in any case, so that no later product allocates.
        Scratch.Current.Reserve(Gemm.WorkspaceLength(k));
    }

    public void RunAlone()
    {
        _byColumns = true;
        Execute(0, 1);
    }

    /// <summary>All pack the B, then each multiplies its rows by them.</summary>
    public void RunByRows(Team team)
    {
        _byColumns = false;
        _begun = _done = 0;
        team.Run(this, team.Size);
    }

    /// <summary>Each packs its columns of the B and multiplies all rows by them.</summary>
    public void RunByColumns(Team team)
    {
        _byColumns = true;
        team.Run(this, Math.Min(_panels, team.Size));
    }

    protected internal override void Execute(int part, int partCount)
    {
        float* workspace = Scratch.Current.Reserve(Gemm.WorkspaceLength(_k));
        var targets = new ReadOnlySpan<PackedTarget>(_packed, 0, _count);
        if (_byColumns)
        {
            int from = (int)((long)_panels * part / partCount), to = (int)((long)_panels * (part + 1) / partCount);
            for (int block = 0; block < Blocks; block++)
            {
                for (int panel = from; panel < to; panel++) Pack(panel, block);
            }

            Gemm.Multiply(_a, _transposedA, 0, _m, _k, targets, from, to, _accumulate, workspace);
        }
        else
        {
            PackTogether();
            int from = (int)((long)_m * part / partCount), to = (int)((long)_m * (part + 1) / partCount);
            Gemm.Multiply(_a, _transposedA, from, to, _k, targets, 0, _panels, _accumulate, workspace);
        }
    }

    /// <summary>Packs what nobody has begun, and returns when all is packed.</summary>
    /// <remarks>One run of the team instead of two. It cannot wait for ever: what is begun and not done is in the hands of a thread.</remarks>
    private void PackTogether()
    {
        int all = _panels * Blocks;
        while (true)
        {
            int next = Interlocked.Increment(ref _begun) - 1;
            if (next >= all) break;
            Pack(next % _panels, next / _panels);
            Interlocked.Increment(ref _done);
        }

        Team.AwaitCount(ref _done, all);
    }

    /// <summary>One of all targets' panels, one K block of it.</summary>
    private void Pack(int panel, int block)
    {
        int i = 0;
        for (; panel >= Gemm.Panels(_targets[i].N); i++) panel -= Gemm.Panels(_targets[i].N);
        ref readonly var target = ref _targets[i];
        Gemm.PackPanel(target.B, target.TransposedB, _k, target.N, panel, block, _packed[i].PackedB);
    }
}
