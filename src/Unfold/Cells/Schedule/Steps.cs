namespace Unfold.Cells.Schedule;

/// <summary>One entry of a schedule.</summary>
internal abstract record Step;

/// <summary>
/// Matrix products packed into one: either one operand into several destinations that lie side by side, or several operands that lie side by side into
/// one destination.
/// </summary>
/// <param name="Operands">What is multiplied: K blocks.</param>
/// <param name="Destinations">Where the result goes: column blocks.</param>
/// <param name="Weights">One for each operand or destination.</param>
/// <param name="Biases">Added at each destination; an index in <see cref="CellSchedule.Vectors"/> or -1. Empty when accumulating.</param>
/// <param name="Accumulate">Whether the products are added to what is there.</param>
/// <param name="Id">Position of the packed weights.</param>
internal sealed record GemmStep(
    IReadOnlyList<Slot> Operands, IReadOnlyList<Slot> Destinations, IReadOnlyList<WeightReference> Weights,
    IReadOnlyList<int> Biases, bool Accumulate, int Id) : Step
{
    /// <summary>Rows of the packed matrix: all operands' widths.</summary>
    public int Depth { get; } = Operands.Sum(o => o.Width);

    /// <summary>Columns of the packed matrix: all destinations' widths.</summary>
    public int Columns { get; } = Destinations.Sum(d => d.Width);

    public override string ToString() =>
        $"product {string.Join(" ", Operands)} -> {string.Join(" ", Destinations)}{(Accumulate ? " (added)" : "")} [{Depth} x {Columns}]";
}

/// <summary>A value whose rows are rearranged or meet a matrix of their own, from slots to a slot.</summary>
internal sealed record CouplingStep(Value Value, IReadOnlyList<Slot> Operands, Slot Destination, int Offset) : Step
{
    public override string ToString() => $"{Value.Origin!.Operation} {string.Join(" ", Operands)} -> {Destination}";
}

/// <summary>Elementwise instructions over tiles of rows.</summary>
/// <param name="Width">Numbers a row.</param>
/// <param name="Slots">The slots that it touches: operands 0, 1, ….</param>
/// <param name="Vectors">Entries of <see cref="CellSchedule.Vectors"/> that it reads: the operands after the slots.</param>
/// <param name="FullRegisters">How many tile buffers it needs: the operands after the vectors.</param>
/// <param name="RowRegisters">How many buffers of one number a row it needs: the last operands.</param>
/// <param name="Instructions">In order.</param>
internal sealed record ProgramStep(
    int Width, IReadOnlyList<Slot> Slots, IReadOnlyList<int> Vectors, int FullRegisters, int RowRegisters, Instruction[] Instructions) : Step
{
    /// <summary>Whether an instruction looks at a whole row, so that a row may not be cut.</summary>
    public bool NeedsWholeRows { get; } = RowRegisters > 0 || Instructions.Any(i => i.IsRow
        || i.Op is OpCode.FillMask or OpCode.Broadcast or OpCode.AddRows or OpCode.SubtractRows or OpCode.MultiplyRows or OpCode.InverseDeviation or OpCode.Normalize or OpCode.NormalizeAdjoint);

    public override string ToString() => $"elementwise [{Width}]\n" + string.Join("\n", Instructions.Select(i => "    " + Describe(i)));

    private string Describe(Instruction i) =>
        $"{Name(i.Destination)} = {i.Op}({string.Join(", ", new[] { i.A, i.B, i.C, i.D }.Where(o => o >= 0).Select(Name))}"
        + (i.V != 0 || i.W != 0 ? $"; {i.V}, {i.W})" : ")");

    private string Name(short operand) =>
        operand < Slots.Count ? Slots[operand].ToString()
        : operand < Slots.Count + Vectors.Count ? $"vector{Vectors[operand - Slots.Count]}"
        : operand < Slots.Count + Vectors.Count + FullRegisters ? $"r{operand - Slots.Count - Vectors.Count}"
        : $"s{operand - Slots.Count - Vectors.Count - FullRegisters}";
}

/// <summary>One elementwise instruction. Operands are positions in the program's table; -1 is none.</summary>
internal readonly record struct Instruction(
    OpCode Op, short Destination, short A, short B, short C, short D, float V, float W, bool IsRow, int Place, bool PerStep);

/// <summary>Gradients of weights, to be made after the loop by products over all steps and rows that share the gradients of their results.</summary>
/// <param name="Gradients">The gradients of the products' results, side by side.</param>
/// <param name="Operands">What the weights were multiplied with.</param>
internal sealed record WeightGradientStep(IReadOnlyList<Slot> Gradients, IReadOnlyList<WeightGradientOperand> Operands) : Step
{
    public override string ToString() => $"weight gradient {string.Join(" ", Gradients)} x {string.Join(", ", Operands.Select(o => o.Slot))}";
}

/// <summary>What weights were multiplied with.</summary>
/// <param name="Slot">Where it lies.</param>
/// <param name="Weights">The weights, one for each gradient.</param>
internal sealed record WeightGradientOperand(Slot Slot, IReadOnlyList<WeightReference> Weights);

/// <summary>The gradient of a vector that is added to a sum: the sum of the sum's gradient over all steps and rows.</summary>
/// <param name="Gradient">Where the gradients lie.</param>
/// <param name="Parameter">The index of the vector.</param>
internal sealed record BiasGradientStep(Slot Gradient, int Parameter) : Step
{
    public override string ToString() => $"bias gradient {Gradient}";
}
