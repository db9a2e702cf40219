using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Random;
using Unfold.Kernels.Threading;
using Unfold.Tensors;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <summary>
/// One pass of a layer over T steps of N sequences: the memory of the run, and the walk through the schedule. The rows of a batch are split between
/// threads, each of which walks through time on its own; no thread waits within the loop. An object of this class is used again, run after run, and then
/// allocates nothing.
/// </summary>
internal sealed unsafe partial class CellRun : TeamJob
{
    private CellPlan _plan = null!;
    private IReadOnlyList<Parameter> _parameters = null!;
    private SlotAddress[] _addresses = [];
    private Work _work;
    private PlannedStep? _step;
    private MaskCounter _masks;
    private Tensor[] _initial = [], _states = [], _kept = [], _temporaries = [], _maskTensors = [], _sums = [];
    private Tensor _x, _output, _packed, _vectors, _scratch;
    private int _steps, _rows;
    private nint _scratchLength;

    private enum Work
    {
        Pack,
        Products,
        Program,
        Forward,
        Backward,
    }

    /// <summary>The layer that this run belongs to.</summary>
    public object? Owner { get; set; }

    /// <summary>Whether the run started from the cell's own initial states rather than from given ones.</summary>
    public bool LearnsInitial { get; set; }

    /// <summary>[T, N, O]: the output of every step.</summary>
    public Tensor Output => _plan.Schedule.OutputState >= 0 ? _states[_plan.Schedule.OutputState].Slice(1, _steps) : _output;

    /// <summary>x as it was given.</summary>
    public Tensor Input => _x;

    /// <summary>The number of steps.</summary>
    public int Steps => _steps;

    /// <summary>[1, N, S]: a state after the last step.</summary>
    public Tensor FinalState(int state) => _states[state].Slice(_steps, 1);

    /// <summary>An array to be filled with the initial states.</summary>
    public Tensor[] InitialStates(int count)
    {
        Resize(ref _initial, count);
        return _initial;
    }

    /// <summary>Runs the cell forward.</summary>
    /// <param name="tape">Gives the memory.</param>
    /// <param name="plan">The plan for the layer's sizes.</param>
    /// <param name="parameters">In the order of the cell's graph.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="initial">A tensor [N, S] for each state.</param>
    /// <param name="masks">What random factors are counted by.</param>
    /// <param name="packed">From <see cref="Pack(CellPlan, IReadOnlyList{Parameter})"/>; no value to pack the weights now.</param>
    public void Forward(
        Tape tape, CellPlan plan, IReadOnlyList<Parameter> parameters, Tensor x, IReadOnlyList<Tensor> initial, in MaskCounter masks,
        Tensor packed = default)
    {
        CellSchedule schedule = plan.Schedule;
        _plan = plan;
        _parameters = parameters;
        _masks = masks;
        _x = x;
        (_steps, _rows) = (x.Shape[0], x.Shape[1]);
        _packed = packed;
        Rent(tape, schedule);
        for (int i = 0; i < initial.Count; i++)
            initial[i].Values.CopyTo(_states[i].Slice(0, 1).Span);
        Address(default, default, default);
        FillVectors();
        FillMasks();

        if (!packed.HasValue)
            Run(Work.Pack, null, plan.ForwardProducts);
        RunAll(plan.Forward.Before, true);
        Run(Work.Forward, null, RowParts);
        RunAll(plan.Forward.After, true);
        KeepAlive();
    }

    /// <summary>Packs the weights for many forward passes with the same values.</summary>
    public static Tensor Pack(CellPlan plan, IReadOnlyList<Parameter> parameters)
    {
        Tensor packed = Tensor.Zeros(new Shape(checked((int)plan.PackedOffsets[plan.ForwardProducts])));
        for (int i = 0; i < plan.ForwardProducts; i++)
            WeightPacking.Pack(plan.Packing[i].Product, parameters, packed.Pointer + plan.PackedOffsets[i]);
        return packed;
    }

    /// <summary>How many threads share the rows: below a few rows each, a row more costs a thread nothing.</summary>
    private int RowParts => Math.Clamp(_rows / 4, 1, Team.Shared.Size);

    private void Rent(Tape tape, CellSchedule schedule)
    {
        Resize(ref _states, schedule.StateWidths.Count);
        for (int i = 0; i < _states.Length; i++)
            _states[i] = tape.Rent(new Shape(_steps + 1, _rows, schedule.StateWidths[i]));
        Resize(ref _kept, schedule.KeptGroups.Count);
        for (int i = 0; i < _kept.Length; i++)
            _kept[i] = tape.Rent(new Shape(_steps, schedule.KeptGroups[i].Blocks, _rows, schedule.KeptGroups[i].Width));
        Resize(ref _temporaries, schedule.TemporaryWidths.Count);
        for (int i = 0; i < _temporaries.Length; i++)
            _temporaries[i] = tape.Rent(new Shape(_rows, schedule.TemporaryWidths[i]));
        Resize(ref _maskTensors, schedule.Masks.Count);
        for (int i = 0; i < _maskTensors.Length; i++)
            _maskTensors[i] = tape.Rent(new Shape(_rows, schedule.Masks[i].Width));
        _output = schedule.OutputState >= 0 ? default : tape.Rent(new Shape(_steps, _rows, schedule.OutputWidth));
        if (!_packed.HasValue)
            _packed = tape.Rent(new Shape(checked((int)_plan.PackedOffsets[^1])));
        _vectors = tape.Rent(new Shape(schedule.Vectors.Count, _plan.VectorLength));
        _scratchLength = CellPlan.Align(_plan.ScratchLength) + CellPlan.Align(Gemm.WorkspaceLength(_plan.Depth));
        _scratch = tape.Rent(new Shape(Team.Shared.Size, checked((int)_scratchLength)));
    }

    private static void Resize(ref Tensor[] tensors, int count)
    {
        if (tensors.Length != count)
            tensors = new Tensor[count];
    }

    /// <summary>Finds every slot's memory.</summary>
    private void Address(Tensor outputGradient, Tensor inputGradient, Tensor[]? carries)
    {
        if (_addresses.Length != _plan.Slots.Length)
            _addresses = new SlotAddress[_plan.Slots.Length];
        for (int i = 0; i < _addresses.Length; i++)
            _addresses[i] = AddressOf(_plan.Slots[i], outputGradient, inputGradient, carries);
    }

    private SlotAddress AddressOf(Slot slot, Tensor outputGradient, Tensor inputGradient, Tensor[]? carries)
    {
        nint row = (nint)_rows * slot.Width;
        return slot.Space switch
        {
            SlotSpace.Input => new(_x.Pointer, row, -1, 0),
            SlotSpace.StatePrevious => new(_states[slot.Index].Pointer, row, -1, 0),
            SlotSpace.StateNext => new(_states[slot.Index].Pointer, row, -1, 1),
            SlotSpace.Output => new(_output.Pointer, row, -1, 0),
            SlotSpace.Kept => new(
                _kept[slot.Group].Pointer + slot.Index * row, row * _plan.Schedule.KeptGroups[slot.Group].Blocks, -1, 0),
            SlotSpace.Temporary => new(_temporaries[slot.Index].Pointer, 0, -1, 0),
            SlotSpace.Mask => new(_maskTensors[slot.Index].Pointer, 0, -1, 0),
            SlotSpace.OutputGradient => outputGradient.HasValue ? new(outputGradient.Pointer, row, -1, 0) : default,
            SlotSpace.InputGradient => inputGradient.HasValue ? new(inputGradient.Pointer, row, -1, 0) : default,
            SlotSpace.CarryIncoming => carries is null ? default : new(carries[slot.Index].Pointer, row, 1, 1),
            SlotSpace.CarryOutgoing => carries is null ? default : new(carries[slot.Index].Pointer, row, 1, 0),
            SlotSpace.ParameterGradient => carries is null ? default : new(_sums[slot.Index].Pointer, 0, -1, 0),
            _ => throw new InvalidOperationException($"No memory for {slot}."),
        };
    }

    private void FillVectors()
    {
        Span<float> all = _vectors.Span;
        for (int i = 0; i < _plan.Schedule.Vectors.Count; i++)
        {
            (int parameter, float number) = _plan.Schedule.Vectors[i];
            Span<float> target = all.Slice(i * _plan.VectorLength, _plan.VectorLength);
            ReadOnlySpan<float> values = parameter < 0 ? new ReadOnlySpan<float>(in number) : _parameters[parameter].Value.Values;
            if (values.Length == 1)
            {
                target.Fill(values[0]);
                continue;
            }

            for (; target.Length >= values.Length; target = target[values.Length..])
                values.CopyTo(target);
        }
    }

    private void FillMasks()
    {
        for (int i = 0; i < _maskTensors.Length; i++)
        {
            (int place, float p, int width) = _plan.Schedule.Masks[i];
            float* target = _maskTensors[i].Pointer;
            if (!_masks.Training)
                K.Fill(target, (nint)_rows * width, 1);
            for (int row = 0; row < _rows && _masks.Training; row++)
            {
                CountedRandom.FillBernoulli(
                    _masks.Seed, _masks.Place + (uint)place, _masks.FirstSequence + (ulong)row, 0, 1 - p, 1 / (1 - p), target + (nint)row * width, width);
            }
        }
    }

    private void RunAll(PlannedStep[] steps, bool wantsInput)
    {
        foreach (PlannedStep step in steps)
        {
            if (step is not PlannedProduct product)
                Run(Work.Program, step, RowParts);
            else if (wantsInput || !product.MakesInputGradient)
                Run(Work.Products, step, Math.Clamp(_steps * _rows / 4, 1, Team.Shared.Size));
        }
    }

    private void Run(Work work, PlannedStep? step, int parts)
    {
        _work = work;
        _step = step;
        Team.Shared.Run(this, parts);
    }

    private void KeepAlive()
    {
        GC.KeepAlive(this);
        GC.KeepAlive(_parameters);
    }

    protected internal override void Execute(int part, int partCount)
    {
        float* scratch = _scratch.Pointer + part * _scratchLength;
        float* workspace = scratch + CellPlan.Align(_plan.ScratchLength);
        int first = (int)((long)_rows * part / partCount), end = (int)((long)_rows * (part + 1) / partCount);
        float** slots = stackalloc float*[_addresses.Length];
        switch (_work)
        {
            case Work.Pack:
                Pack(part);
                break;
            case Work.Products:
                long all = (long)_steps * _rows;
                MultiplyAll((PlannedProduct)_step!, (int)(all * part / partCount), (int)(all * (part + 1) / partCount), workspace);
                break;
            case Work.Program:
                for (int t = 0; t < _steps; t++)
                    Execute([_step!], t, first, end, slots, scratch, workspace);
                break;
            case Work.Forward:
                for (int t = 0; t < _steps; t++)
                    Execute(_plan.Forward.Loop, t, first, end, slots, scratch, workspace);
                break;
            case Work.Backward:
                for (int t = _steps - 1; t >= 0; t--)
                    Execute(_plan.Backward.Loop, t, first, end, slots, scratch, workspace);
                break;
        }
    }

    private void Execute(ReadOnlySpan<PlannedStep> steps, int t, int first, int end, float** slots, float* scratch, float* workspace)
    {
        for (int i = 0; i < _addresses.Length; i++)
            slots[i] = _addresses[i].At(t);
        foreach (PlannedStep step in steps)
        {
            switch (step)
            {
                case PlannedProduct p:
                    Multiply(p, View(slots[p.Operand.First], p.Operand, 0), View(slots[p.Destination.First], p.Destination, 0), first, end, workspace);
                    break;
                case PlannedProgram program:
                    ProgramRunner.Run(
                        program, slots, _vectors.Pointer, _plan.VectorLength, scratch, first, end, _masks with { Step = (ulong)t });
                    break;
                case PlannedCoupling coupling:
                    CouplingRunner.Run(coupling, slots, first, end);
                    break;
            }
        }
    }

    private void Pack(int part)
    {
        int index = _packFirst + part;
        WeightPacking.Pack(_plan.Packing[index].Product, _parameters, _packed.Pointer + _plan.PackedOffsets[index]);
    }

    /// <summary>A product for rows of all steps, row t · N + n.</summary>
    private void MultiplyAll(PlannedProduct p, int first, int end, float* workspace) =>
        Multiply(p, ViewOfAll(p.Operand), ViewOfAll(p.Destination), first, end, workspace);

    private void Multiply(PlannedProduct p, MatrixView a, MatrixView c, int first, int end, float* workspace)
    {
        float* biases = _packed.Pointer + _plan.PackedOffsets[p.Product.Id];
        bool accumulate = p.Product.Accumulate;
        Gemm.Multiply(
            a, false, first, end, p.Depth, biases + CellPlan.Align(p.Columns), p.Columns, c, accumulate, accumulate ? null : biases, workspace);
    }

    private MatrixView ViewOfAll(SlotBlock block) => View(_addresses[block.First].At(0), block, _addresses[block.First].StepStride);

    /// <summary>Slots that lie side by side as one matrix: a column block for each; rows in groups of N where all steps are meant.</summary>
    private MatrixView View(float* start, SlotBlock block, nint stepStride)
    {
        bool isContiguous = stepStride == 0 || stepStride == (nint)_rows * block.Width;
        return new MatrixView(
            start, isContiguous ? int.MaxValue : _rows, stepStride, block.Width,
            block.Count == 1 ? int.MaxValue : block.Width, (nint)_rows * block.Width);
    }

    /// <summary>Where a slot lies: row 0 of step t is at <c>Base + ((t + Shift) &amp; Mask) · StepStride</c>.</summary>
    private readonly record struct SlotAddress(nint Start, nint StepStride, int Mask, int Shift)
    {
        public SlotAddress(float* start, nint stepStride, int mask, int shift)
            : this((nint)start, stepStride, mask, shift)
        {
        }

        public float* At(int t) => (float*)Start + ((t + Shift) & Mask) * StepStride;
    }
}
