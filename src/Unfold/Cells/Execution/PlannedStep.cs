using Unfold.Cells.Schedule;

namespace Unfold.Cells.Execution;

/// <summary>One direction's steps.</summary>
internal sealed record PlannedPass(PlannedStep[] Before, PlannedStep[] Loop, PlannedStep[] After)
{
    public IEnumerable<PlannedStep> All => Before.Concat(Loop).Concat(After);
}

/// <summary>A step with its slots' numbers.</summary>
internal abstract class PlannedStep
{
    /// <summary>Whether threads that share the units share the rows of this step instead, because it looks at whole rows.</summary>
    public abstract bool ByRows { get; }

    /// <summary>Whether threads that share the units must meet before this step of the loop.</summary>
    public bool Meets { get; set; }

    /// <summary>The same where programs are shared by rows.</summary>
    public bool MeetsByRows { get; set; }

    /// <summary>What the step reads and writes.</summary>
    public abstract IEnumerable<SlotUse> Uses { get; }
}

/// <summary>What a step does with a slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Writes">Whether it writes there.</param>
/// <param name="Whole">Whether it looks at all columns of all rows.</param>
internal readonly record struct SlotUse(Slot Slot, bool Writes, bool Whole);

/// <summary>Slots that lie side by side: the number of the first, how many, the width of each and of all.</summary>
internal readonly record struct SlotBlock(int First, int Count, int Width, int Total);

/// <summary>A matrix product.</summary>
internal sealed class PlannedProduct(GemmStep product, SlotBlock operand, SlotBlock destination, bool after) : PlannedStep
{
    public GemmStep Product { get; } = product;

    public SlotBlock Operand { get; } = operand;

    public SlotBlock Destination { get; } = destination;

    public int Depth { get; } = operand.Total;

    public int Columns { get; } = destination.Total;

    /// <summary>After the loop there are rows enough for everybody.</summary>
    public override bool ByRows { get; } = after;

    /// <summary>Whether this makes the gradient of x.</summary>
    public bool MakesInputGradient { get; } = product.Destinations[0].Space == SlotSpace.InputGradient;

    public override IEnumerable<SlotUse> Uses => Product.Operands.Select(o => new SlotUse(o, false, true))
        .Concat(Product.Destinations.Select(d => new SlotUse(d, true, false)));
}

/// <summary>Rows that are rearranged or meet a matrix of their own.</summary>
internal sealed class PlannedCoupling(CouplingStep step, int[] operands, int destination) : PlannedStep
{
    public CouplingStep Step { get; } = step;

    public int[] Operands { get; } = operands;

    public int Destination { get; } = destination;

    public override bool ByRows => true;

    public override IEnumerable<SlotUse> Uses =>
        Step.Operands.Select(o => new SlotUse(o, false, false)).Append(new SlotUse(Step.Destination, true, false));
}

/// <summary>A program with its slots' numbers and the size of its tiles.</summary>
internal sealed class PlannedProgram(ProgramStep program, int[] slotIds) : PlannedStep
{
    public ProgramStep Program { get; } = program;

    /// <summary>The plan's number of each slot.</summary>
    public int[] SlotIds { get; } = slotIds;

    /// <summary>Width of each slot: as the program's, or one number a row.</summary>
    public int[] SlotWidths { get; } = [.. program.Slots.Select(s => s.Width)];

    /// <summary>Which slots lie far away: they exist for every step, where the others are written in one and read in the next.</summary>
    public bool[] IsFar { get; } = [.. program.Slots.Select(s => s.Space is not (SlotSpace.Temporary or SlotSpace.Mask or SlotSpace.CarryIncoming
        or SlotSpace.CarryOutgoing or SlotSpace.ParameterGradient))];

    /// <summary>Entries of the schedule's vectors.</summary>
    public int[] Vectors { get; } = [.. program.Vectors];

    /// <summary>Rows of a tile.</summary>
    public int TileRows { get; } = Math.Max(1, TileLength(program) / program.Width);

    /// <summary>Columns of a tile: whole rows, or parts of a long row where no instruction looks at whole rows.</summary>
    public int TileColumns { get; } = program.NeedsWholeRows ? program.Width : Math.Min(program.Width, TileLength(program));

    /// <summary>The most floats of a tile.</summary>
    public int TileCapacity => (int)CellPlan.Align(TileRows * TileColumns);

    public int ScratchLength => Program.FullRegisters * TileCapacity + Program.RowRegisters * (int)CellPlan.Align(TileRows);

    public override bool ByRows => Program.NeedsWholeRows;

    /// <summary>Floats of a tile: as many as leave all operands of a long program in the first-level cache.</summary>
    private static int TileLength(ProgramStep program) => Math.Clamp(
        (CellPlan.TileFloats / (program.FullRegisters + program.Slots.Count)) & ~63, CellPlan.TileLength / 4, CellPlan.TileLength);

    public override IEnumerable<SlotUse> Uses
    {
        get
        {
            HashSet<short> written = [.. Program.Instructions.Select(i => i.Destination).Where(d => d < Program.Slots.Count)];
            return Program.Slots.Select((slot, i) => new SlotUse(slot, written.Contains((short)i), false));
        }
    }
}

/// <summary>The gradients of some weights, made by products over all rows that share one operand.</summary>
internal sealed record PlannedWeightGradient(SlotBlock Gradient, PlannedOperand[] Operands);

/// <summary>What the weights were multiplied with, and the number of its slot.</summary>
/// <param name="Operand">The operand and its weights.</param>
/// <param name="Slot">The number of its slot.</param>
/// <param name="Offset">Where the weights' gradients lie among those of all weights.</param>
internal sealed record PlannedOperand(WeightGradientOperand Operand, int Slot, nint Offset);

/// <summary>The gradient of a vector: the sum of a slot over rows.</summary>
/// <param name="Slot">The slot's number.</param>
/// <param name="Width">The vector's length.</param>
/// <param name="Parameter">Its index.</param>
/// <param name="Offset">Where its gradient lies among those of all weights.</param>
internal sealed record PlannedVectorGradient(int Slot, int Width, int Parameter, nint Offset);
