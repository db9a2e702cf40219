using Unfold.Cells.Schedule;

namespace Unfold.Cells.Execution;

/// <summary>
/// Finds where threads that share the units of a loop must meet: before a step that touches what another thread wrote since the last meeting, or writes what
/// another may still be reading. Found by walking through three time steps and noting who touches what.
/// </summary>
internal static class Meetings
{
    private enum Extent
    {
        OwnColumns,
        OwnRows,
        Whole,
    }

    /// <summary>Marks the steps of the loop.</summary>
    public static void Mark(PlannedPass pass, bool backward)
    {
        foreach (PlannedStep step in Find(pass.Loop, backward, programsByRows: false))
            step.Meets = true;
        foreach (PlannedStep step in Find(pass.Loop, backward, programsByRows: true))
            step.MeetsByRows = true;
    }

    private static HashSet<PlannedStep> Find(PlannedStep[] loop, bool backward, bool programsByRows)
    {
        var found = new HashSet<PlannedStep>();
        var since = new List<(object Memory, Extent Extent, bool Writes)>();
        for (int turn = 0; turn < 3; turn++)
        {
            int t = backward ? -turn : turn;
            foreach (PlannedStep step in loop)
            {
                List<(object Memory, Extent Extent, bool Writes)> uses =
                    [.. step.Uses.Select(use => (MemoryOf(use.Slot, t), ExtentOf(step, use, programsByRows), use.Writes))];
                bool meets = uses.Exists(use => since.Exists(before =>
                    before.Memory.Equals(use.Memory) && (before.Writes || use.Writes) && (before.Extent != use.Extent || use.Extent == Extent.Whole)));
                if (meets)
                    found.Add(step);
                if (found.Contains(step))
                    since.Clear();
                since.AddRange(uses);
            }
        }

        return found;
    }

    private static Extent ExtentOf(PlannedStep step, SlotUse use, bool programsByRows) =>
        use.Whole ? Extent.Whole
        : step.ByRows || (programsByRows && step is PlannedProgram) ? Extent.OwnRows : Extent.OwnColumns;

    /// <summary>What is the same for two slots that lie in the same place at their steps.</summary>
    private static object MemoryOf(Slot slot, int t) => slot.Space switch
    {
        SlotSpace.StatePrevious => ("state", slot.Index, 0, t),
        SlotSpace.StateNext => ("state", slot.Index, 0, t + 1),
        SlotSpace.CarryIncoming => ("carry", slot.Index, 0, (t + 1) & 1),
        SlotSpace.CarryOutgoing => ("carry", slot.Index, 0, t & 1),
        SlotSpace.Temporary or SlotSpace.ParameterGradient or SlotSpace.Mask => (slot.Space.ToString(), slot.Index, 0, 0),
        _ => (slot.Space.ToString(), slot.Index, slot.Group, t),
    };
}
