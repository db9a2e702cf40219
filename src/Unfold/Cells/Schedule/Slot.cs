namespace Unfold.Cells.Schedule;

/// <summary>The memory that a slot lies in. Every slot holds <see cref="Slot.Width"/> numbers a row, row after row, a step each unless said otherwise.</summary>
internal enum SlotSpace
{
    /// <summary>x [T, N, C].</summary>
    Input,

    /// <summary>State number Index, [T+1, N, S], at the row of the step: its value before the step.</summary>
    StatePrevious,

    /// <summary>The same buffer one row on: the state's value after the step.</summary>
    StateNext,

    /// <summary>The output [T, N, O], where it is no state.</summary>
    Output,

    /// <summary>Block Index of kept group Group, [T, blocks, N, Width].</summary>
    Kept,

    /// <summary>Scratch Index [N, Width], the same at every step.</summary>
    Temporary,

    /// <summary>A mask that holds for the whole sequence, [N, Width].</summary>
    Mask,

    /// <summary>Backward: the gradient of the output [T, N, O].</summary>
    OutputGradient,

    /// <summary>Backward: the gradient of state Index's next value; one of two rows that alternate with the step.</summary>
    CarryIncoming,

    /// <summary>Backward: the gradient of state Index's previous value; the other row.</summary>
    CarryOutgoing,

    /// <summary>Backward: the gradient of x [T, N, C].</summary>
    InputGradient,

    /// <summary>Backward: what a row has added so far to a parameter's gradient, [N, Width].</summary>
    ParameterGradient,
}

/// <summary>A place in memory for a value.</summary>
internal sealed record Slot(SlotSpace Space, int Index, int Width, int Group = 0)
{
    /// <summary>Whether <paramref name="other"/> lies right behind this in one buffer, so that a product can treat both as one block matrix.</summary>
    public bool IsFollowedBy(Slot other) =>
        Space == SlotSpace.Kept && other.Space == SlotSpace.Kept && Group == other.Group && other.Index == Index + 1;

    public override string ToString() => Space == SlotSpace.Kept ? $"kept{Group}.{Index}" : $"{Space}{Index}";
}
