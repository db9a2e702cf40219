using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;

namespace Unfold.Cells.Execution;

/// <summary>
/// A schedule with everything numbered that a run looks up: each slot once, each step's operands as positions, and how long each buffer is. Made once for
/// a layer and shared by all its runs; never changes.
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
        Forward = Plan(schedule.Forward);
        Backward = Plan(schedule.Backward);
        WeightGradients = [.. schedule.WeightGradients.Select(w => new PlannedWeightGradient(w, BlockOf(w.Gradients), BlockOf([w.Operand])))];
        Slots = [.. _slots];

        PlannedStep[] all = [.. Forward.All, .. Backward.All];
        PlannedProgram[] programs = [.. all.OfType<PlannedProgram>()];
        ScratchLength = programs.Select(p => p.ScratchLength).DefaultIfEmpty(0).Max();
        VectorLength = programs.Select(p => Math.Max(p.TileCapacity, p.Program.Width)).DefaultIfEmpty(1).Max();
        Depth = all.OfType<PlannedProduct>().Select(g => g.Depth).DefaultIfEmpty(0).Max();
        Packing = [.. all.OfType<PlannedProduct>().OrderBy(g => g.Product.Id)];
        ForwardProducts = Forward.All.OfType<PlannedProduct>().Count();
        PackedOffsets = new nint[Packing.Length + 1];
        for (int i = 0; i < Packing.Length; i++)
            PackedOffsets[i + 1] = PackedOffsets[i] + Align(Packing[i].Columns) + Align(Gemm.PackedLength(Packing[i].Depth, Packing[i].Columns));
    }

    public CellSchedule Schedule { get; }

    public PlannedPass Forward { get; }

    public PlannedPass Backward { get; }

    public PlannedWeightGradient[] WeightGradients { get; }

    /// <summary>Each slot that a step touches, once.</summary>
    public Slot[] Slots { get; }

    /// <summary>Floats of tile buffers that one thread needs.</summary>
    public int ScratchLength { get; }

    /// <summary>Length of each vector's repetition.</summary>
    public int VectorLength { get; }

    /// <summary>The longest sum in a product.</summary>
    public int Depth { get; }

    /// <summary>Every product whose weights are packed, forward ones first.</summary>
    public PlannedProduct[] Packing { get; }

    public int ForwardProducts { get; }

    /// <summary>Where each product's biases begin, with its packed weights behind them; the last entry is the length of all.</summary>
    public nint[] PackedOffsets { get; }

    public static nint Align(nint length) => (length + 15) & ~(nint)15;

    private PlannedPass Plan(SchedulePass pass) => new(Plan(pass.Before), Plan(pass.Loop), Plan(pass.After));

    private PlannedStep[] Plan(IReadOnlyList<Step> steps) => [.. steps.Select(Plan)];

    private PlannedStep Plan(Step step) => step switch
    {
        ProgramStep program => new PlannedProgram(program, [.. program.Slots.Select(IdOf)]),
        GemmStep gemm => new PlannedProduct(gemm, BlockOf(gemm.Operands), BlockOf(gemm.Destinations)),
        CouplingStep coupling => new PlannedCoupling(coupling, [.. coupling.Operands.Select(IdOf)], IdOf(coupling.Destination)),
        _ => throw new InvalidOperationException($"No plan for {step}."),
    };

    /// <summary>Slots side by side are found by the first.</summary>
    private SlotBlock BlockOf(IReadOnlyList<Slot> slots) => new(IdOf(slots[0]), slots.Count, slots[0].Width, slots.Sum(s => s.Width));

    private int IdOf(Slot slot)
    {
        if (_slotIds.TryGetValue(slot, out int id))
            return id;
        _slots.Add(slot);
        _slotIds.Add(slot, _slots.Count - 1);
        return _slots.Count - 1;
    }
}

/// <summary>One direction's steps.</summary>
internal sealed record PlannedPass(PlannedStep[] Before, PlannedStep[] Loop, PlannedStep[] After)
{
    public IEnumerable<PlannedStep> All => Before.Concat(Loop).Concat(After);
}

/// <summary>A step with its slots' numbers.</summary>
internal abstract class PlannedStep;

/// <summary>Slots that lie side by side: the number of the first, how many, the width of each and of all.</summary>
internal readonly record struct SlotBlock(int First, int Count, int Width, int Total);

internal sealed class PlannedProduct(GemmStep product, SlotBlock operand, SlotBlock destination) : PlannedStep
{
    public GemmStep Product { get; } = product;

    public SlotBlock Operand { get; } = operand;

    public SlotBlock Destination { get; } = destination;

    public int Depth { get; } = operand.Total;

    public int Columns { get; } = destination.Total;

    /// <summary>Whether this makes the gradient of x.</summary>
    public bool MakesInputGradient { get; } = product.Destinations[0].Space == SlotSpace.InputGradient;
}

internal sealed class PlannedWeightGradient(WeightGradientStep step, SlotBlock gradient, SlotBlock operand)
{
    public WeightGradientStep Step { get; } = step;

    public SlotBlock Gradient { get; } = gradient;

    public SlotBlock Operand { get; } = operand;
}

internal sealed class PlannedCoupling(CouplingStep step, int[] operands, int destination) : PlannedStep
{
    public CouplingStep Step { get; } = step;

    public int[] Operands { get; } = operands;

    public int Destination { get; } = destination;
}

/// <summary>A program with its slots' numbers and the size of its tiles.</summary>
internal sealed class PlannedProgram(ProgramStep program, int[] slotIds) : PlannedStep
{
    public ProgramStep Program { get; } = program;

    /// <summary>The plan's number of each slot.</summary>
    public int[] SlotIds { get; } = slotIds;

    /// <summary>Width of each slot: as the program's, or one number a row.</summary>
    public int[] SlotWidths { get; } = [.. program.Slots.Select(s => s.Width)];

    /// <summary>Entries of the schedule's vectors.</summary>
    public int[] Vectors { get; } = [.. program.Vectors];

    /// <summary>Rows of a tile.</summary>
    public int TileRows { get; } = Math.Max(1, CellPlan.TileLength / program.Width);

    /// <summary>Columns of a tile: whole rows, or parts of a long row where no instruction looks at whole rows.</summary>
    public int TileColumns { get; } = program.NeedsWholeRows ? program.Width : Math.Min(program.Width, CellPlan.TileLength);

    /// <summary>The most floats of a tile.</summary>
    public int TileCapacity => (int)CellPlan.Align(TileRows * TileColumns);

    public int ScratchLength => Program.FullRegisters * TileCapacity + Program.RowRegisters * (int)CellPlan.Align(TileRows);
}
