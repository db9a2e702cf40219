namespace Unfold.Kernels.Threading;

/// <summary>Work that a <see cref="Team"/> can share: parts 0 … partCount - 1, each executed once, in no promised order.</summary>
/// <remarks>A job is an object made once and run many times, so that a run allocates nothing.</remarks>
internal abstract class TeamJob
{
    protected internal abstract void Execute(int part, int partCount);
}
