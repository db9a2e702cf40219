using Unfold.Cells.Schedule;

namespace Unfold.Cells.Execution;

/// <summary>
/// A schedule with everything numbered that a run looks up: each slot once, each step's operands as positions, and how long each buffer is. Made once for
/// a layer and shared by all its runs; never changes.
/// </summary>
internal sealed class CellPlan
{
    /// <summary>The most floats of a tile: several operands of this length stay in the first-level cache.</summary>
    public const int TileLength = 1 << 11;

    /// <summary>Floats of the tiles of all operands together, 80 KiB: of a long program not all are in use at once, and calls for short tiles cost more than misses.</summary>
    public const int TileFloats = 5 << 12;

    private readonly Dictionary<Slot, int> _slotIds = [];
    private readonly List<Slot> _slots = [];
    private volatile PackedLayout[] _layouts = [];

    public CellPlan(CellSchedule schedule)
    {
        Schedule = schedule;
        Forward = Plan(schedule.Forward);
        Backward = Plan(schedule.Backward);
        WeightGradients = [.. schedule.WeightGradients.Select(Plan)];
        BiasGradients = [.. schedule.BiasGradients.Select(b => Plan(b.Gradient, b.Parameter))];
        SummedGradients = [.. schedule.ParameterGradients.Select((g, i) => Plan(new Slot(SlotSpace.ParameterGradient, i, g.Width), g.Parameter))];
        Slots = [.. _slots];
        Meetings.Mark(Forward, backward: false);
        Meetings.Mark(Backward, backward: true);

        PlannedStep[] all = [.. Forward.All, .. Backward.All];
        PlannedProgram[] programs = [.. all.OfType<PlannedProgram>()];
        ScratchLength = programs.Select(p => p.ScratchLength).DefaultIfEmpty(0).Max();
        VectorLength = programs.Select(p => Math.Max(p.TileCapacity, p.Program.Width)).DefaultIfEmpty(1).Max();
        Depth = all.OfType<PlannedProduct>().Select(g => g.Depth).DefaultIfEmpty(0).Max();
        Products = [.. all.OfType<PlannedProduct>().OrderBy(g => g.Product.Id)];
        ForwardProducts = Forward.All.OfType<PlannedProduct>().Count();
        RowFloats = Math.Max(1, schedule.KeptFloats + schedule.InputWidth);
        ForwardWeights = Products.Take(ForwardProducts).Sum(p => (long)p.Depth * p.Columns);
        ForwardSums = Products.Take(ForwardProducts).Sum(p => (long)p.Columns);
        LoopWeights = Forward.Loop.OfType<PlannedProduct>().Sum(p => (long)p.Depth * p.Columns);
    }

    public CellSchedule Schedule { get; }

    public PlannedPass Forward { get; }

    public PlannedPass Backward { get; }

    public PlannedWeightGradient[] WeightGradients { get; }

    /// <summary>Parameters whose gradient is the sum of a slot over all rows.</summary>
    public PlannedVectorGradient[] BiasGradients { get; }

    /// <summary>Parameters whose gradient is the sum over all sequences of what the loop has summed over time.</summary>
    public PlannedVectorGradient[] SummedGradients { get; }

    /// <summary>Floats of all these gradients.</summary>
    public nint GradientLength { get; private set; }

    /// <summary>Each slot that a step touches, once.</summary>
    public Slot[] Slots { get; }

    /// <summary>Floats of tile buffers that one thread needs.</summary>
    public int ScratchLength { get; }

    /// <summary>Length of each vector's repetition.</summary>
    public int VectorLength { get; }

    /// <summary>The longest sum in a product.</summary>
    public int Depth { get; }

    /// <summary>Every product whose weights are packed, forward ones first.</summary>
    public PlannedProduct[] Products { get; }

    public int ForwardProducts { get; }

    /// <summary>Weights of all products of the forward pass.</summary>
    public long ForwardWeights { get; }

    /// <summary>Sums that these products make of a row.</summary>
    public long ForwardSums { get; }

    /// <summary>Weights of the products of a forward step.</summary>
    public long LoopWeights { get; }

    /// <summary>Floats that a run touches a row and step: what is kept, and x.</summary>
    public int RowFloats { get; }

    public static nint Align(nint length) => (length + 15) & ~(nint)15;

    /// <summary>How the weights lie when packed for threads that share the units in some parts.</summary>
    public PackedLayout LayoutFor(Partition partition)
    {
        foreach (PackedLayout known in _layouts)
        {
            if (known.Partition.UnitParts == partition.UnitParts && known.Partition.FewRows == partition.FewRows)
                return known;
        }

        var layout = new PackedLayout(this, partition);
        _layouts = [.. _layouts, layout];
        return layout;
    }

    private PlannedPass Plan(SchedulePass pass) => new(Plan(pass.Before, false), Plan(pass.Loop, false), Plan(pass.After, true));

    private PlannedStep[] Plan(IReadOnlyList<Step> steps, bool after) => [.. steps.Select(step => Plan(step, after))];

    private PlannedStep Plan(Step step, bool after) => step switch
    {
        ProgramStep program => new PlannedProgram(program, [.. program.Slots.Select(IdOf)]),
        GemmStep gemm => new PlannedProduct(gemm, BlockOf(gemm.Operands), BlockOf(gemm.Destinations), after),
        CouplingStep coupling => new PlannedCoupling(coupling, [.. coupling.Operands.Select(IdOf)], IdOf(coupling.Destination)),
        _ => throw new InvalidOperationException($"No plan for {step}."),
    };

    private PlannedWeightGradient Plan(WeightGradientStep step)
    {
        SlotBlock gradient = BlockOf(step.Gradients);
        return new PlannedWeightGradient(gradient, [.. step.Operands.Select(o => new PlannedOperand(o, IdOf(o.Slot), PlaceGradient((nint)gradient.Total * o.Slot.Width)))]);
    }

    private PlannedVectorGradient Plan(Slot gradient, int parameter) => new(IdOf(gradient), gradient.Width, parameter, PlaceGradient(gradient.Width));

    private nint PlaceGradient(nint length)
    {
        nint offset = GradientLength;
        GradientLength += Align(length);
        return offset;
    }

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
