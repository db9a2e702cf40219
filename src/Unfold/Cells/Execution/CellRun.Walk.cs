using Unfold.Kernels.Gemm;
using Unfold.Kernels.Threading;

namespace Unfold.Cells.Execution;

/// <content>What the threads of a run do.</content>
internal sealed unsafe partial class CellRun
{
    private const int Places = (int)Place.Outgoing + 1;

    private Work _work;
    private int _workStart, _workEnd;
    private int _packStart, _packEnd; // products whose weights are packed before the steps
    private int _packsBegun, _packsDone; // shares of a product that a thread has taken to pack, and those that are packed
    private bool _wantsInput;
    private RunProfile? _profile;

    private enum Work
    {
        Forward,
        Again,
        Backward,
        SecondHalf,
    }

    /// <summary>Starts the threads on steps of time, once they have packed the weights of some products.</summary>
    private void Start(Work work, int start, int end, int packStart = 0, int packEnd = 0)
    {
        if (start == end)
            return;
        _work = work;
        (_workStart, _workEnd) = (start, end);
        (_packStart, _packEnd) = (packStart, packEnd);
        (_packsBegun, _packsDone) = (0, 0);
        _profile = RunProfile.Current;
        _rows.CutShares(_partition.Parts, start, end);
        CutHalves(start, end);
        if (_partition.ByUnits)
            Team.Shared.RunTogether(this, _partition.Parts);
        else
            Team.Shared.Run(this, _partition.Parts);
    }

    protected internal override void Execute(int part, int partCount)
    {
        if (_work == Work.SecondHalf)
        {
            AddSecondHalf(part, partCount);
            return;
        }

        float* scratch = _scratch.Pointer + part * _scratchLength;
        float** slots = stackalloc float*[_addresses.Length];
        var share = new Share(part, partCount, slots, VectorsOf(part), scratch, scratch + CellPlan.Align(_plan.ScratchLength));
        if (_packEnd > _packStart)
            Pack(in share);
        if (_work == Work.Backward)
        {
            WalkBackward(in share, _workStart, _workEnd);
            if (_sumsInRun)
                AddGradients(in share, _workStart, _workEnd);
            return;
        }

        if (_work == Work.Again)
            RestoreStates(in share);
        else if (_workStart == 0)
        {
            FillVectors(in share);
            BeginStates(in share);
        }

        for (int t = _workStart; t < _workEnd; t += _chunkSteps)
            WalkForward(in share, t, Math.Min(_workEnd, t + _chunkSteps));
    }

    /// <summary>Packs, of every product, what the thread reads itself, or, of what all read, what nobody has begun; all is packed when it returns.</summary>
    private void Pack(in Share share)
    {
        long started = RunProfile.Now(_profile);
        if (_partition.ByUnits || _packsApart)
        {
            (int thread, int threads) = _packsApart ? (0, 1) : (share.Part, share.Count);
            for (int i = _packStart; i < _packEnd; i++)
                WeightPacking.Pack(_plan.Products[i], _layout, _parameters, PackedFor(in share), thread, threads);
            _profile?.Add(share.Part, Activity.Packing, started);
            Meet(in share);
            return;
        }

        // Not the thread's own share: on a busy machine one thread may execute all parts.
        int all = (_packEnd - _packStart) * share.Count;
        for (int next; (next = Interlocked.Increment(ref _packsBegun) - 1) < all;)
        {
            WeightPacking.Pack(_plan.Products[_packStart + next / share.Count], _layout, _parameters, PackedFor(in share), next % share.Count, share.Count);
            Interlocked.Increment(ref _packsDone);
        }

        Team.AwaitCount(ref _packsDone, all);
        _profile?.Add(share.Part, Activity.Packing, started);
    }

    private float* PackedFor(in Share share) => _packed.Pointer + (_packsApart ? share.Part * _layout.Length : 0);

    private void WalkForward(in Share share, int start, int end)
    {
        if (_work == Work.Forward && _mode == RunMode.Recompute)
            SaveStates(in share, start);
        RunAll(in share, _plan.Forward.Before, start, end);
        Meet(in share);
        for (int t = start; t < end; t++)
        {
            RunStep(in share, _plan.Forward.Loop, t, start);
            bool ends = _rows.Active(t + 1) < _rows.Active(t), keeps = ends && _finals.Length > 0 && _work != Work.Again;
            if (keeps || (ends && t + 1 < _rows.Steps))
                Meet(in share); // of fewer rows each thread has others
            if (keeps)
                KeepFinals(in share, t, start);
        }

        if (_plan.Forward.After.Length > 0)
            Meet(in share);
        RunAll(in share, _plan.Forward.After, start, end);
        if (end == _rows.Steps || _work == Work.Again || !IsChunked)
            return;
        Meet(in share);
        CarryStates(in share, start, end);
    }

    private void WalkBackward(in Share share, int start, int end)
    {
        if (end == _rows.Steps)
            BeginSums(in share);
        RunAll(in share, _plan.Backward.Before, start, end);
        Meet(in share);
        for (int t = end - 1; t >= start; t--)
        {
            if (_rows.Active(t + 1) < _rows.Active(t))
            {
                BeginGradients(in share, t);
                Meet(in share);
            }

            RunStep(in share, _plan.Backward.Loop, t, start);
        }

        if (_plan.Backward.After.Length > 0)
            Meet(in share);
        RunAll(in share, _plan.Backward.After, start, end);
    }

    /// <summary>Waits until all threads that share the units are here.</summary>
    private void Meet(in Share share)
    {
        if (!_partition.ByUnits)
            return;
        long started = RunProfile.Now(_profile);
        Barrier.Wait(share.Part);
        _profile?.Add(share.Part, Activity.Waiting, started);
    }

    /// <summary>Steps that are done for all time steps of a chunk, one after the other.</summary>
    private void RunAll(in Share share, PlannedStep[] steps, int start, int end)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            if (i > 0)
                Meet(in share);
            if (steps[i] is PlannedProduct product)
            {
                if (product.MakesInputGradient && !_wantsInput)
                    continue;
                if (!IsSharedAnew)
                {
                    MultiplyChunk(in share, product, start, end);
                    continue;
                }
            }

            for (int t = start; t < end; t++)
            {
                if (t > start && _rows.Active(t) < _rows.Active(t - 1))
                    Meet(in share); // of fewer rows each thread has others
                Point(in share, t, start);
                Run(in share, steps[i], t);
            }
        }
    }

    private void RunStep(in Share share, PlannedStep[] steps, int t, int chunkStart)
    {
        Point(in share, t, chunkStart);
        foreach (PlannedStep step in steps)
        {
            if (_partition.ProgramsByRows ? step.MeetsByRows : step.Meets)
                Meet(in share);
            Run(in share, step, t);
        }
    }

    /// <summary>Finds each slot's row 0 at a step.</summary>
    private void Point(in Share share, int t, int chunkStart)
    {
        nint* rows = stackalloc nint[Places];
        (int first, int end) = Own(in share, _rows.Batch);
        for (int place = 0; place < Places; place++)
            rows[place] = RowOf((Place)place, t, chunkStart, first, end);
        for (int i = 0; i < _addresses.Length; i++)
            share.Slots[i] = _addresses[i].Row(rows[(int)_addresses[i].Place]);
    }

    private void Run(in Share share, PlannedStep step, int t)
    {
        long started = RunProfile.Now(_profile);
        int active = _rows.Active(t);
        bool sharesRows = !_partition.ByUnits || step.ByRows || (_partition.ProgramsByRows && step is PlannedProgram);
        (int first, int end) = sharesRows ? Own(in share, active) : (0, active);
        if (first == end)
            return;
        switch (step)
        {
            case PlannedProduct product:
                MatrixView a = StepView(share.Slots[product.Operand.First], product.Operand);
                MatrixView c = StepView(share.Slots[product.Destination.First], product.Destination);
                for (int unit = sharesRows ? 0 : share.Part; unit < _layout.PartsOf(product); unit += share.Count)
                    Multiply(in share, product, a, c, first, end, unit);
                _profile?.Add(share.Part, Activity.Products, started);
                return;
            case PlannedProgram program:
                RunProgram(in share, program, t, first, end, sharesRows);
                break;
            case PlannedCoupling coupling:
                CouplingRunner.Run(coupling, share.Slots, first, end);
                break;
        }

        _profile?.Add(share.Part, Activity.Elementwise, started);
    }

    /// <summary>The thread's part of the first rows of the batch: of its sequences, where threads share those, else of these rows.</summary>
    private (int First, int End) Own(in Share share, int rows) => _partition.ByUnits
        ? share.Cut(rows)
        : (Math.Min(rows, _rows.Share(share.Part)), Math.Min(rows, _rows.Share(share.Part + 1)));

    private void RunProgram(in Share share, PlannedProgram program, int t, int first, int end, bool sharesRows)
    {
        MaskCounter masks = _masks with { Step = (ulong)t };
        int width = program.Program.Width;
        if (sharesRows)
        {
            ProgramRunner.Run(program, share.Slots, share.Vectors, _plan.VectorLength, share.Scratch, first, end, 0, width, in masks);
            return;
        }

        for (int unit = share.Part; unit < _partition.UnitParts; unit += share.Count)
        {
            (int column, int columnEnd) = _partition.Columns(width, unit);
            ProgramRunner.Run(program, share.Slots, share.Vectors, _plan.VectorLength, share.Scratch, first, end, column, columnEnd, in masks);
        }
    }

    /// <summary>A product for all steps of a chunk.</summary>
    private void MultiplyChunk(in Share share, PlannedProduct p, int start, int end)
    {
        long started = RunProfile.Now(_profile);
        int rows = _rows.First(end) - _rows.First(start);
        if (!_partition.ByUnits && share.Count > 1)
        {
            // The thread's own sequences in every step: what the loop reads next is then in this core's cache.
            (int first, int last) = Own(in share, _rows.Batch);
            MatrixView from = SequencesView(p.Operand, start, start, first, last), to = SequencesView(p.Destination, start, start, first, last);
            Multiply(in share, p, from, to, 0, (last - first) * (end - start), 0);
        }
        else
        {
            bool sharesRows = _layout.SharesRows(p);
            (int first, int last) = sharesRows ? share.Cut(rows) : (0, rows);
            for (int unit = sharesRows ? 0 : share.Part; unit < _layout.PartsOf(p); unit += sharesRows ? 1 : share.Count)
                Multiply(in share, p, ChunkView(p.Operand, start), ChunkView(p.Destination, start), first, last, unit);
        }

        _profile?.Add(share.Part, Activity.Products, started);
    }

    /// <summary>Rows of a product, for one part of the units.</summary>
    private void Multiply(in Share share, PlannedProduct p, MatrixView a, MatrixView c, int first, int end, int unit)
    {
        (int column, int columnEnd) = _layout.Columns(p, unit);
        int columns = columnEnd - column;
        if (columns == 0 || first == end)
            return;
        var target = new MatrixView(
            c.Data + column, c.RowsPerGroup, c.GroupStride, c.RowStride, p.Destination.Count == 1 ? int.MaxValue : columns, c.BlockStride);
        float* biases = PackedFor(in share) + _layout.Offset(p, unit);
        columns *= p.Destination.Count;
        bool accumulate = p.Product.Accumulate;
        Gemm.Multiply(
            a, false, first, end, p.Depth, biases + CellPlan.Align(columns), columns, target, accumulate, accumulate ? null : biases, share.Workspace);
    }

    /// <summary>A thread's place in the work.</summary>
    private readonly ref struct Share(int part, int count, float** slots, float* vectors, float* scratch, float* workspace)
    {
        public int Part => part;

        public int Count => count;

        public float** Slots => slots;

        /// <summary>Its copy of the schedule's vectors.</summary>
        public float* Vectors => vectors;

        public float* Scratch => scratch;

        public float* Workspace => workspace;

        /// <summary>The thread's part of some rows.</summary>
        public (int First, int End) Cut(int rows) => ((int)((long)rows * part / count), (int)((long)rows * (part + 1) / count));
    }
}
