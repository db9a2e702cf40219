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
        var since = new List<(object Memory, Extent Extent, bool Writes)>();
        for (int turn = 0; turn < 3; turn++)
        {
            int t = backward ? -turn : turn;
            foreach (PlannedStep step in pass.Loop)
            {
                List<(object Memory, Extent Extent, bool Writes)> uses =
                    [.. step.Uses.Select(use => (MemoryOf(use.Slot, t), ExtentOf(step, use), use.Writes))];
                step.Meets |= uses.Exists(use => since.Exists(before =>
                    before.Memory.Equals(use.Memory) && (before.Writes || use.Writes) && (before.Extent != use.Extent || use.Extent == Extent.Whole)));
                if (step.Meets)
                    since.Clear();
                since.AddRange(uses);
            }
        }
    }

    private static Extent ExtentOf(PlannedStep step, SlotUse use) => use.Whole ? Extent.Whole : step.ByRows ? Extent.OwnRows : Extent.OwnColumns;

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
