using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// A pass from source to target for groups of few target channels, such as depth-wise kernels: channels stay apart, vectors go over pixels, and every tap is a shifted
/// read of a plane with its margin of zeros.
/// </summary>
internal sealed unsafe class DirectJob : TeamJob
{
    /// <summary>Target pixels of a box.</summary>
    private const int BoxPixels = 4096;

    /// <summary>Pixels of the source that are worth a part of their own.</summary>
    private const int PartPixels = 1 << 14;

    [ThreadStatic]
    private static DirectJob? _current;

    private readonly Scratch _scratch = new();
    private readonly ConvolutionPass _pass = new();
    private float* _source, _target, _packed, _bias;
    private int _groupsPerPart, _chunks;
    private bool _accumulate;

    public static DirectJob Current => _current ??= new DirectJob();

    /// <summary>Makes target from source, or adds to it.</summary>
    public void Run(in ConvolutionSize size, bool backward, float* source, float* weights, float* bias, float* target, bool accumulate)
    {
        var team = Team.Shared;
        bool shared = team.Size > 1 && size.Multiplications >= Convolution.WorthSharing;
        int wanted = shared ? 2 * team.Size : 1;
        _pass.Set(size, backward, BoxPixels, (wanted + size.Groups - 1) / size.Groups);
        _pass.SetPlanes();
        _source = source;
        _target = target;
        _bias = bias;
        _accumulate = accumulate;
        Pack(size, backward, weights);

        int boxes = _pass.Boxes.Count;
        long groupPixels = Math.Max(1, (long)_pass.SourcePixels * size.N * _pass.GroupSources / Math.Max(1, boxes));
        _groupsPerPart = (int)Math.Clamp(PartPixels / groupPixels, 1, Math.Max(1, (long)size.Groups * boxes / wanted));
        _chunks = (size.Groups + _groupsPerPart - 1) / _groupsPerPart;
        Scratch.Current.Reserve(ScratchLength());
        int parts = boxes * _chunks;
        if (shared) team.Run(this, parts);
        else for (int part = 0; part < parts; part++) Execute(part, parts);
    }

    protected internal override void Execute(int part, int partCount)
    {
        if (VectorWidth.Bits == 512) RunPart<Simd512>(part);
        else if (VectorWidth.Bits == 256) RunPart<Simd256>(part);
        else RunPart<Simd128>(part);
    }

    /// <summary>[target channel, phase, source channel of the group, tap of the phase].</summary>
    private void Pack(in ConvolutionSize size, bool backward, float* weights)
    {
        int taps = size.Taps, sources = _pass.GroupSources, targets = _pass.GroupTargets;
        _packed = _scratch.Reserve((nint)_pass.Targets * sources * taps);
        float* to = _packed;
        for (int target = 0; target < _pass.Targets; target++)
        {
            int group = target / targets, within = target % targets;
            for (int phase = 0; phase < _pass.Phases; phase++)
            {
                for (int source = 0; source < sources; source++)
                {
                    int o = backward ? (group * size.GroupO) + source : target, c = backward ? within : source;
                    float* kernel = weights + ((((nint)o * size.GroupC) + c) * taps);
                    foreach (int tap in _pass.Kernels(phase)) *to++ = kernel[tap];
                }
            }
        }
    }

    /// <summary>Planes of a group, and lines for what lies between one another.</summary>
    private nint ScratchLength() => (_pass.GroupSources * Slab.PlaneLength(_pass)) + LinesLength();

    private nint LinesLength() => (nint)DirectTiles.MostLines * _pass.Width.Phases * Gemm.Gemm.ColumnTile;

    private void RunPart<TSimd>(int part)
        where TSimd : struct, ISimd<TSimd>
    {
        float* lines = Scratch.Current.Reserve(ScratchLength()), planes = lines + LinesLength();
        var box = _pass.Boxes[part / _chunks];
        int firstGroup = part % _chunks * _groupsPerPart, endGroup = Math.Min(_pass.Size.Groups, firstGroup + _groupsPerPart);
        int sources = _pass.GroupSources, targets = _pass.GroupTargets;
        Slab.ClearPlanes(_pass, sources, planes);
        for (int n = box.FirstN; n < box.EndN; n++)
        {
            for (int group = firstGroup; group < endGroup; group++)
            {
                for (int source = 0; source < sources; source++)
                {
                    float* channel = _source + ((((nint)n * _pass.Sources) + (group * sources) + source) * _pass.SourcePixels);
                    Slab.CopyPlane<TSimd>(_pass, box, channel, planes + (source * Slab.PlaneLength(_pass)));
                }

                for (int target = group * targets; target < (group + 1) * targets; target++)
                {
                    // Phases of the width are worked on together, since their results lie between one another.
                    for (int phase = 0; phase < _pass.Phases; phase += _pass.Width.Phases) RunPhases<TSimd>(box, n, target, phase, planes, lines);
                }
            }
        }
    }

    private void RunPhases<TSimd>(in Box box, int n, int target, int phase, float* planes, float* lines)
        where TSimd : struct, ISimd<TSimd>
    {
        PassAxis depth = _pass.Depth, height = _pass.Height, width = _pass.Width;
        var (phaseD, phaseH, _) = _pass.PhasePlace(phase);
        int depths = depth.CountOf(phaseD, box.FirstD, box.EndD), rows = height.CountOf(phaseH, box.FirstH, box.EndH);
        int columns = width.CountOf(0, box.FirstW, box.EndW), panel = 2 * TSimd.Count;
        nint rowStep = height.Stride * _pass.RowStride, targetRow = (nint)height.Phases * width.Target;
        float* channel = _target + ((((nint)n * _pass.Targets) + target) * _pass.TargetPixels);
        var tiles = new DirectTiles(_pass, phase, _packed + ((nint)target * _pass.GroupSources * _pass.Size.Taps), _bias == null ? 0 : _bias[target], lines, _accumulate);
        bool byRows = rows >= DirectTiles.MostLines || columns < 2 * panel;
        for (int d = 0; d < depths; d++)
        {
            int targetD = ((box.FirstD + d) * depth.Phases) + phaseD;
            for (int h = 0; h < rows; h += byRows ? DirectTiles.MostLines : 1)
            {
                int targetH = ((box.FirstH + h) * height.Phases) + phaseH;
                float* source = planes + (d * depth.Stride * _pass.DepthStride) + (h * rowStep);
                float* to = channel + ((((nint)targetD * height.Target) + targetH) * width.Target) + (box.FirstW * width.Phases);
                int count = Math.Min(DirectTiles.MostLines, rows - h);
                for (int w = 0; w < columns;)
                {
                    // Of a single long row, pieces of it are the lines.
                    int some = byRows ? count : Math.Clamp((columns - w) / panel, 1, DirectTiles.MostLines), wide = Math.Min(panel, columns - w);
                    int rest = width.Target - ((box.FirstW + w) * width.Phases);
                    float* place = to + ((nint)w * width.Phases);
                    if (byRows) tiles.Run<TSimd>(some, source + w, rowStep, place, targetRow, wide, rest, 0);
                    else tiles.Run<TSimd>(some, source + w, panel, place, panel * width.Phases, wide, rest, panel * width.Phases);
                    w += byRows ? wide : some * wide;
                }
            }
        }
    }
}
