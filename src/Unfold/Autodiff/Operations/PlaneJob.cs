using Unfold.Kernels.Threading;

namespace Unfold.Autodiff.Operations;

/// <summary>
/// Something done to consecutive pieces of tensors, such as the channels of images, shared by the team. A piece's result depends on that piece alone, so
/// any cut gives the same bits.
/// </summary>
internal abstract class PlaneJob : TeamJob
{
    /// <summary>Below this many elements the caller does everything: waking others costs as much.</summary>
    private const long LeastShared = 1 << 13;

    private int _planes;

    /// <summary>Does <paramref name="planes"/> pieces, of <paramref name="elements"/> elements in all.</summary>
    protected void Start(int planes, long elements)
    {
        _planes = planes;
        if (elements < LeastShared)
            Execute(0, 1);
        else
            Team.Shared.Run(this, Math.Min(planes, Team.Shared.Size));
    }

    /// <inheritdoc/>
    protected internal sealed override void Execute(int part, int partCount)
    {
        int first = (int)((long)_planes * part / partCount), end = (int)((long)_planes * (part + 1) / partCount);
        if (first < end)
            Planes(first, end - first);
    }

    /// <summary>Does some pieces, one behind the other.</summary>
    protected abstract void Planes(int first, int count);
}
