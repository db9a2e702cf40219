using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// Copies weights into the order in which <see cref="PixelTile"/> reads them: phase by phase, group by group, panel by panel of target channels, one row for each
/// tap and source channel.
/// </summary>
internal sealed unsafe class WeightPacking : TeamJob
{
    /// <summary>Weights below which the caller packs alone.</summary>
    private const int WorthSharing = 1 << 15;

    private int[] _tapOfKernel = [];
    private int[] _phaseOfTap = [];
    private ConvolutionPass _pass = null!;
    private bool _backward;
    private float* _weights, _packed;

    /// <summary>Columns of a group's packed weights: whole vectors.</summary>
    public static int GroupWidth(int targets)
    {
        int vector = Gemm.Gemm.ColumnTile / 2;
        return (targets + vector - 1) / vector * vector;
    }

    /// <summary>Floats of the packed weights of a pass.</summary>
    public static nint Length(ConvolutionPass pass) =>
        ((nint)pass.Size.Taps * pass.GroupSources * pass.Size.Groups * GroupWidth(pass.GroupTargets)) + Gemm.Gemm.ColumnTile;

    /// <summary>Where the rows of a panel begin, for a phase: panels of a group are numbered by their first column.</summary>
    public static nint Place(ConvolutionPass pass, int phase, int group, int column)
    {
        nint width = GroupWidth(pass.GroupTargets), rows = (nint)pass.Kernels(phase).Length * pass.GroupSources;
        return ((nint)pass.FirstTap(phase) * pass.GroupSources * pass.Size.Groups * width) + (((group * width) + column) * rows);
    }

    /// <summary>Packs the weights [O, C / groups, taps] of a pass.</summary>
    public void Pack(ConvolutionPass pass, bool backward, float* weights, float* packed)
    {
        (_pass, _backward) = (pass, backward);
        _weights = weights;
        _packed = packed;
        int taps = pass.Size.Taps;
        if (_tapOfKernel.Length < taps) (_tapOfKernel, _phaseOfTap) = (new int[taps], new int[taps]);
        for (int phase = 0, tap = 0; phase < pass.Phases; phase++)
        {
            foreach (int kernel in pass.Kernels(phase))
            {
                _tapOfKernel[kernel] = tap;
                _phaseOfTap[tap++] = phase;
            }
        }

        int parts = pass.Size.Groups * Gemm.Gemm.Panels(pass.GroupTargets);
        if ((long)pass.Size.O * pass.Size.GroupC * taps >= WorthSharing) Team.Shared.Run(this, parts);
        else for (int part = 0; part < parts; part++) Execute(part, parts);
    }

    protected internal override void Execute(int part, int partCount)
    {
        int panels = Gemm.Gemm.Panels(_pass.GroupTargets);
        int group = part / panels, column = part % panels * Gemm.Gemm.ColumnTile;
        if (VectorWidth.Bits == 512) PackPanel<Simd512>(group, column);
        else if (VectorWidth.Bits == 256) PackPanel<Simd256>(group, column);
        else PackPanel<Simd128>(group, column);
    }

    private void PackPanel<TSimd>(int group, int column)
        where TSimd : struct, ISimd<TSimd>
    {
        int targets = _pass.GroupTargets, taps = _pass.Size.Taps;
        int width = Math.Min(Gemm.Gemm.ColumnTile, GroupWidth(targets) - column);
        nint* places = stackalloc nint[Math.Min(taps, 1024)];
        for (int first = 0; first < taps; first += 1024)
        {
            int count = Math.Min(1024, taps - first);
            for (int i = 0; i < count; i++)
            {
                int tap = _tapOfKernel[first + i], phase = _phaseOfTap[tap];
                places[i] = Place(_pass, phase, group, column) + ((nint)(tap - _pass.FirstTap(phase)) * _pass.GroupSources * width);
            }

            for (int lane = 0; lane < width; lane += TSimd.Count)
            {
                int lanes = Math.Min(TSimd.Count, targets - column - lane);
                for (int source = 0; source < _pass.GroupSources; source++)
                    PackRows<TSimd>(group, column + lane, lanes, source, first, count, places, (source * width) + lane);
            }
        }
    }

    /// <summary>The rows of one source channel, for some elements of the kernel and one vector of target channels.</summary>
    private void PackRows<TSimd>(int group, int target, int lanes, int source, int first, int count, nint* places, nint offset)
        where TSimd : struct, ISimd<TSimd>
    {
        var size = _pass.Size;
        int taps = size.Taps;
        nint laneStride = _backward ? taps : (nint)size.GroupC * taps;
        float* from = _weights + ((nint)group * size.GroupO * size.GroupC * taps) + (target * laneStride) + first
            + (source * (_backward ? (nint)size.GroupC * taps : taps));
        float* end = _weights + ((nint)size.O * size.GroupC * taps);
        float** rows = stackalloc float*[TSimd.Count];
        float* square = stackalloc float[TSimd.Count * TSimd.Count];
        for (int i = 0; i < TSimd.Count; i++) rows[i] = from + (Math.Min(i, lanes - 1) * laneStride);
        for (int done = 0; done < count; done += TSimd.Count)
        {
            int some = Math.Min(TSimd.Count, count - done);
            if (laneStride > 1 && some > 1 && rows[TSimd.Count - 1] + done + TSimd.Count <= end)
            {
                TSimd.Transpose(rows, done, square, TSimd.Count);
                for (int i = 0; i < some; i++) TSimd.Store(TSimd.Load(square + (i * TSimd.Count)), _packed + places[done + i] + offset);
                continue;
            }

            for (int i = 0; i < some; i++)
            {
                float* to = _packed + places[done + i] + offset;
                if (laneStride == 1) TSimd.Store(TSimd.LoadPartial(from + done + i, lanes), to);
                else for (int lane = 0; lane < TSimd.Count; lane++) to[lane] = rows[lane][done + i];
            }
        }
    }
}
