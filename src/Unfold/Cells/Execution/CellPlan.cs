using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;

namespace Unfold.Cells.Execution;

/// <summary>
/// A schedule with everything numbered that a run looks up: each slot once, each program's operands as positions, and how long each buffer is. Made
/// once for a layer and shared by all its runs; never changes.
/// </summary>
internal sealed class CellPlan
{
    /// <summary>Floats of a tile: several operands of this length stay in the L1 cache.</summary>
    public const int TileLength = 512;

    private readonly Dictionary<Slot, int> _slotIds = [];
    private readonly List<Slot> _slots = [];

    public CellPlan(CellSchedule schedule)
    {
        Schedule = schedule;
        foreach (Step step in schedule.Forward.Steps.Concat(schedule.Backward.Steps))
        {
            switch (step)
            {
                case ProgramStep program:
                    Programs.Add(program, new PlannedProgram(program, [.. program.Slots.Select(IdOf)]));
                    break;
                case GemmStep gemm:
                    Depth = Math.Max(Depth, gemm.Depth);
                    break;
            }
        }

        foreach (WeightGradientStep step in schedule.WeightGradients)
            Depth = Math.Max(Depth, step.Operand.Width);
        ScratchLength = Programs.Values.Select(p => p.ScratchLength).DefaultIfEmpty(0).Max();
        VectorLength = Programs.Values.Select(p => Math.Max(p.TileCapacity, p.Program.Width)).DefaultIfEmpty(1).Max();
        Packing = [.. schedule.Forward.Steps.Concat(schedule.Backward.Steps).OfType<GemmStep>().OrderBy(g => g.Id)];
        PackedOffsets = new nint[Packing.Count + 1];
        for (int i = 0; i < Packing.Count; i++)
            PackedOffsets[i + 1] = PackedOffsets[i] + Align(Packing[i].Columns) + Align(Gemm.PackedLength(Packing[i].Depth, Packing[i].Columns));
        ForwardGemms = schedule.Forward.Steps.OfType<GemmStep>().Count();
    }

    public CellSchedule Schedule { get; }

    /// <summary>Each slot that an instruction touches, once.</summary>
    public IReadOnlyList<Slot> Slots => _slots;

    public Dictionary<ProgramStep, PlannedProgram> Programs { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Tile buffers one thread needs.</summary>
    public int ScratchLength { get; }

    /// <summary>Length of each vector's repetition.</summary>
    public int VectorLength { get; }

    /// <summary>The longest sum in a product.</summary>
    public int Depth { get; }

    /// <summary>Every product whose weights are packed, forward ones first.</summary>
    public IReadOnlyList<GemmStep> Packing { get; }

    public int ForwardGemms { get; }

    /// <summary>Where each product's biases begin, with its packed weights behind them; the last entry is the length of all.</summary>
    public nint[] PackedOffsets { get; }

    public static nint Align(nint length) => (length + 15) & ~(nint)15;

    private int IdOf(Slot slot)
    {
        if (_slotIds.TryGetValue(slot, out int id))
            return id;
        _slots.Add(slot);
        _slotIds.Add(slot, _slots.Count - 1);
        return _slots.Count - 1;
    }
}

/// <summary>A program with its slots' numbers and the size of its tiles.</summary>
internal sealed class PlannedProgram(ProgramStep program, int[] slotIds)
{
    public ProgramStep Program { get; } = program;

    /// <summary>The plan's number of each slot.</summary>
    public int[] SlotIds { get; } = slotIds;

    /// <summary>Width of each slot: as the program's, or one number a row.</summary>
    public int[] SlotWidths { get; } = [.. program.Slots.Select(s => s.Width)];

    /// <summary>Rows of a tile.</summary>
    public int TileRows { get; } = Math.Max(1, CellPlan.TileLength / program.Width);

    /// <summary>Columns of a tile: whole rows, or parts of a long row where no instruction looks at whole rows.</summary>
    public int TileColumns { get; } = program.NeedsWholeRows ? program.Width : Math.Min(program.Width, CellPlan.TileLength);

    /// <summary>The most floats of a tile.</summary>
    public int TileCapacity => (int)CellPlan.Align(TileRows * TileColumns);

    public int ScratchLength => Program.FullRegisters * TileCapacity + Program.RowRegisters * (int)CellPlan.Align(TileRows);
}
