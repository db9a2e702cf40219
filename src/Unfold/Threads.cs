using Unfold.Kernels.Threading;

namespace Unfold;

/// <summary>How many threads share one piece of work. No result depends on it, only how long it takes.</summary>
public static class Threads
{
    /// <summary>
    /// The number of threads, the caller's own among them; at least 1. Default: the environment variable <c>UNFOLD_THREADS</c>, else one a
    /// processor. To be set while no work is going on.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public static int Count
    {
        get => Team.Shared.Size;
        set => Team.SetSize(value);
    }
}
