using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// A pass from source to target with channels last: a part copies the source that a box needs into a slab, multiplies, and writes the box back. Vectors go over the
/// target's channels, so that strides, paddings and short rows cost nothing.
/// </summary>
internal sealed unsafe class ChannelsLastJob : TeamJob
{
    /// <summary>Target pixels of a box.</summary>
    private const int BoxPixels = 512;

    [ThreadStatic]
    private static ChannelsLastJob? _current;

    private readonly Scratch _scratch = new();
    private readonly WeightPacking _packing = new();
    private readonly ConvolutionPass _pass = new();
    private float* _source, _target, _packed, _bias;
    private bool _accumulate;
    private int _step; // boxes from one that a thread works on to its next

    public static ChannelsLastJob Current => _current ??= new ChannelsLastJob();

    /// <summary>Floats of a target pixel in a box.</summary>
    private nint TargetStride => ChannelsLast.Stride(_pass.Size.Groups * (nint)WeightPacking.GroupWidth(_pass.GroupTargets));

    /// <summary>Makes target from source, or adds to it.</summary>
    public void Run(in ConvolutionSize size, bool backward, float* source, float* weights, float* bias, float* target, bool accumulate)
    {
        var team = Team.Shared;
        bool shared = team.Size > 1 && size.Multiplications >= Convolution.WorthSharing;
        _pass.Set(size, backward, BoxPixels, shared ? 2 * team.Size : 1);
        _pass.SetChannelsLast();
        _source = source;
        _target = target;
        _accumulate = accumulate;
        _step = shared ? team.Size : 1;
        nint length = WeightPacking.Length(_pass);
        _packed = _scratch.Reserve(length + TargetStride);
        _bias = bias == null ? null : _packed + length;
        if (bias != null) SpreadBias(bias);
        _packing.Pack(_pass, backward, weights, _packed);

        // Whichever thread comes to a part finds its scratch in place after the first run.
        Scratch.Current.Reserve(ScratchLength());
        int boxes = _pass.Boxes.Count;
        if (shared) team.Run(this, boxes);
        else for (int box = 0; box < boxes; box++) Execute(box, boxes);
    }

    protected internal override void Execute(int part, int partCount)
    {
        if (VectorWidth.Bits == 512) RunBox<Simd512>(part);
        else if (VectorWidth.Bits == 256) RunBox<Simd256>(part);
        else RunBox<Simd128>(part);
    }

    private void SpreadBias(float* bias)
    {
        int targets = _pass.GroupTargets, width = WeightPacking.GroupWidth(targets);
        for (int group = 0; group < _pass.Size.Groups; group++)
        {
            var to = new Span<float>(_bias + (group * width), width);
            new ReadOnlySpan<float>(bias + (group * targets), targets).CopyTo(to);
            to[targets..].Clear();
        }
    }

    private nint ScratchLength() => Align(Slab.Length(_pass)) + (MostPixels() * TargetStride) + 64;

    private nint MostPixels()
    {
        var boxes = _pass.Boxes;
        return (nint)boxes.N * Math.Min(_pass.Depth.Target, boxes.D * _pass.Depth.Phases) * Math.Min(_pass.Height.Target, boxes.H * _pass.Height.Phases)
            * Math.Min(_pass.Width.Target, boxes.W * _pass.Width.Phases);
    }

    private static nint Align(nint length) => (length + 15) & ~(nint)15;

    private void RunBox<TSimd>(int index)
        where TSimd : struct, ISimd<TSimd>
    {
        float* slab = Scratch.Current.Reserve(ScratchLength()), pixels = slab + Align(Slab.Length(_pass));
        var box = _pass.Boxes[index];
        var extent = new BoxExtent(_pass, box);
        Slab.Fill<TSimd>(_pass, box, _source, slab);

        // The box that this thread most likely comes to next, and where this one's results will go.
        int next = Math.Min(index + _step, _pass.Boxes.Count - 1), portions = Portions(box);
        var source = next == index ? default : BoxAhead.Source(_pass, _pass.Boxes[next], _source, portions);
        var target = BoxAhead.Target(_pass, box, _target, portions);
        for (int phase = 0; phase < _pass.Phases; phase++)
        {
            for (int group = 0; group < _pass.Size.Groups; group++) Multiply<TSimd>(box, extent, phase, group, slab, pixels, ref source, ref target);
        }

        WriteBack<TSimd>(box, extent, pixels);
    }

    /// <summary>Rows of tiles of a box's first phase and group: so often it asks for what comes next.</summary>
    private int Portions(in Box box) =>
        (box.EndN - box.FirstN) * _pass.Depth.CountOf(0, box.FirstD, box.EndD) * _pass.Height.CountOf(0, box.FirstH, box.EndH)
        * Gemm.Gemm.Panels(_pass.GroupTargets) * _pass.Blocks(0).Length;

    private void Multiply<TSimd>(
        in Box box, in BoxExtent extent, int phase, int group, float* slab, float* pixels, ref BoxAhead nextSource, ref BoxAhead nextTarget)
        where TSimd : struct, ISimd<TSimd>
    {
        var (phaseD, phaseH, phaseW) = _pass.PhasePlace(phase);
        int depths = _pass.Depth.CountOf(phaseD, box.FirstD, box.EndD), rows = _pass.Height.CountOf(phaseH, box.FirstH, box.EndH);
        int columns = _pass.Width.CountOf(phaseW, box.FirstW, box.EndW);
        int groupWidth = WeightPacking.GroupWidth(_pass.GroupTargets);
        int tiles = (columns + Gemm.Gemm.RowTile - 1) / Gemm.Gemm.RowTile;
        nint stepW = _pass.StepW, targetStep = _pass.Width.Phases * TargetStride;
        var blocks = _pass.Blocks(phase);
        fixed (KernelRun* runs = _pass.Runs)
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                for (int column = 0; column < groupWidth; column += 2 * TSimd.Count)
                {
                    bool half = groupWidth - column <= TSimd.Count;
                    int channel = (group * groupWidth) + column;
                    float* weights = _packed + WeightPacking.Place(_pass, phase, group, column)
                        + ((nint)blocks[i].FirstRow * (half ? 1 : 2) * TSimd.Count);
                    float* bias = _bias == null ? null : _bias + channel;
                    for (int row = 0; row < extent.N * depths * rows; row++)
                    {
                        nextSource.Fetch();
                        nextTarget.Fetch();
                        int n = row / (depths * rows), d = row / rows % depths, h = row % rows;
                        float* source = slab + (n * _pass.ImageStride) + (d * _pass.Depth.Stride * _pass.DepthStride)
                            + (h * _pass.Height.Stride * _pass.RowStride) + (group * _pass.GroupSources);
                        float* target = pixels + channel + (TargetStride * extent.Pixel(
                            n, (d * _pass.Depth.Phases) + phaseD, (h * _pass.Height.Phases) + phaseH, phaseW));
                        for (int tile = 0; tile < tiles; tile++)
                        {
                            int first = columns * tile / tiles, height = (columns * (tile + 1) / tiles) - first;
                            float* s = source + (first * stepW), t = target + (first * targetStep);
                            if (half)
                            {
                                TileDispatch.Pixels<TSimd, Vectors1>(
                                    height, runs + blocks[i].First, blocks[i].Count, s, stepW, weights, t, targetStep, bias, i > 0);
                            }
                            else
                            {
                                TileDispatch.Pixels<TSimd, Vectors2>(
                                    height, runs + blocks[i].First, blocks[i].Count, s, stepW, weights, t, targetStep, bias, i > 0);
                            }
                        }
                    }
                }
            }
        }
    }

    private void WriteBack<TSimd>(in Box box, in BoxExtent extent, float* pixels)
        where TSimd : struct, ISimd<TSimd>
    {
        nint channel = _pass.TargetPixels, stride = TargetStride;
        int groupTargets = _pass.GroupTargets, groupWidth = WeightPacking.GroupWidth(groupTargets);
        for (int n = 0; n < extent.N; n++)
        {
            for (int run = 0; run < extent.Runs; run++)
            {
                float* from = pixels + ((((nint)n * extent.Runs) + run) * extent.RunLength * stride);
                float* to = _target + ((nint)(box.FirstN + n) * _pass.Targets * channel) + extent.RunPlace(run);
                for (int group = 0; group < _pass.Size.Groups; group++)
                {
                    ChannelsLast.Scatter<TSimd>(
                        from + (group * groupWidth), stride, groupTargets, extent.RunLength, to + (group * groupTargets * channel), channel, _accumulate);
                }
            }
        }
    }
}
