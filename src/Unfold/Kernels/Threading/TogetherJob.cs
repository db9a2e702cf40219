namespace Unfold.Kernels.Threading;

/// <summary>Work whose parts run at the same time and meet at <see cref="Barrier"/>: see <see cref="Team.RunTogether"/>.</summary>
/// <remarks>
/// Every part must wait there equally often. A job is executed in one part where there is no team for it; there, waiting is nothing.
/// One object serves one run at a time.
/// </remarks>
internal abstract class TogetherJob : TeamJob
{
    /// <summary>Where the parts of the present run meet.</summary>
    internal TeamBarrier Barrier { get; } = new();
}
