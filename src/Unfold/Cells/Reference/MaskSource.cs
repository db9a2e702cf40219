using Unfold.Cells.Graph;

namespace Unfold.Cells.Reference;

/// <summary>Where the interpreter's masks come from while training.</summary>
internal abstract class MaskSource
{
    /// <summary>The factors of one mask for one sequence at one step.</summary>
    /// <param name="mask">An <see cref="Operation.Mask"/>: its kind, probability and place say what is drawn.</param>
    /// <param name="length">How many factors.</param>
    /// <param name="n">The sequence's row in the batch.</param>
    /// <param name="t">The step within the run, from 0.</param>
    public abstract float[] Draw(Node mask, int length, int n, int t);
}
