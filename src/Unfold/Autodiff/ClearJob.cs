using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>Sets memory to zero, with the team where it is much.</summary>
internal sealed unsafe class ClearJob : TeamJob
{
    private const int LeastShared = 1 << 15;

    [ThreadStatic]
    private static ClearJob? _own;

    private float* _y;
    private int _length;

    /// <summary>Sets every element to zero.</summary>
    public static void Run(Span<float> y)
    {
        if (y.Length < LeastShared)
        {
            y.Clear();
            return;
        }

        ClearJob job = _own ??= new ClearJob();
        fixed (float* start = y)
        {
            job._y = start;
            job._length = y.Length;
            Team.Shared.Run(job, Team.Shared.Size);
        }
    }

    /// <inheritdoc/>
    protected internal override void Execute(int part, int partCount)
    {
        int blocks = (_length + HostStorage.Alignment - 1) / HostStorage.Alignment;
        int first = (int)((long)blocks * part / partCount) * HostStorage.Alignment;
        int end = Math.Min(_length, (int)((long)blocks * (part + 1) / partCount) * HostStorage.Alignment);
        Elementwise.Fill(_y + first, end - first, 0);
    }
}
