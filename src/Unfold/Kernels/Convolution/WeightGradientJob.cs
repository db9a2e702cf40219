using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// The gradients of weights and bias with channels last: the source in a slab as in the forward pass, the gradient of y beside it. Vectors go over the channels
/// of y.
/// </summary>
/// <remarks>
/// Each part sums over some boxes for some of the weights. Boxes are divided in a way that depends on the sizes alone, each division has its own sums, and those are added
/// in order: so the bits do not depend on the number of threads, however the weights are divided.
/// </remarks>
internal sealed unsafe class WeightGradientJob : TeamJob
{
    /// <summary>Pixels of a box.</summary>
    private const int BoxPixels = 512;

    /// <summary>Floats that all divisions' sums may take together: 4 MiB.</summary>
    private const int MostSums = 1 << 20;

    private const int MostDivisions = 16;

    [ThreadStatic]
    private static WeightGradientJob? _current;

    private readonly Scratch _scratch = new();
    private readonly ConvolutionPass _pass = new();
    private readonly SumWriter _writer = new();
    private float* _x, _gradient, _sums;
    private int _divisions, _slices, _units;

    public static WeightGradientJob Current => _current ??= new WeightGradientJob();

    /// <summary>Floats of one pixel's gradient in a box.</summary>
    private nint GradientStride => ChannelsLast.Stride(Columns);

    /// <summary>Columns of all groups' packed weights.</summary>
    private int Columns => _pass.Size.Groups * WeightPacking.GroupWidth(_pass.GroupTargets);

    /// <summary>Floats of one division's sums: of the weights as rows of panels, then of the bias.</summary>
    private nint SumsLength => ((nint)_pass.Size.Taps * _pass.GroupSources * Columns) + Columns;

    /// <summary>Makes the gradients, or adds to them; that of the bias may be null.</summary>
    public void Run(in ConvolutionSize size, float* x, float* gradient, float* weights, bool accumulateWeights, float* bias, bool accumulateBias)
    {
        var team = Team.Shared;
        _pass.Set(size, backward: false, BoxPixels, leastBoxes: 1);
        _pass.SetChannelsLast();
        _x = x;
        _gradient = gradient;
        int boxes = _pass.Boxes.Count;
        _divisions = (int)Math.Clamp(MostSums / SumsLength, 1, Math.Clamp(boxes, 1, MostDivisions));
        _units = size.Groups * Gemm.Gemm.Panels(_pass.GroupTargets) * _pass.RunCount;
        bool shared = team.Size > 1 && size.Multiplications >= Convolution.WorthSharing;
        _slices = shared ? Math.Clamp(2 * team.Size / _divisions, 1, _units) : 1;
        _sums = _scratch.Reserve(_divisions * SumsLength);
        if (boxes == 0) new Span<float>(_sums, (int)SumsLength).Clear();
        Scratch.Current.Reserve(ScratchLength());
        int parts = boxes == 0 ? 0 : _divisions * _slices;
        if (shared) team.Run(this, parts);
        else for (int part = 0; part < parts; part++) Execute(part, parts);
        _writer.Write(_pass, _sums, _divisions, SumsLength, weights, accumulateWeights, bias, accumulateBias, shared);
    }

    protected internal override void Execute(int part, int partCount)
    {
        int division = part / _slices, slice = part % _slices;
        int boxes = _pass.Boxes.Count;
        int first = (int)((long)boxes * division / _divisions), end = (int)((long)boxes * (division + 1) / _divisions);
        for (int box = first; box < end; box++)
        {
            if (VectorWidth.Bits == 512) RunBox<Simd512>(box, Math.Min(box + 1, end - 1), division, slice, box > first);
            else if (VectorWidth.Bits == 256) RunBox<Simd256>(box, Math.Min(box + 1, end - 1), division, slice, box > first);
            else RunBox<Simd128>(box, Math.Min(box + 1, end - 1), division, slice, box > first);
        }
    }

    private nint GradientLength() =>
        ((nint)_pass.Boxes.N * _pass.Boxes.D * _pass.Boxes.H * _pass.Boxes.W * GradientStride) + ChannelsLast.Slack(GradientStride);

    /// <summary>Floats that the list of pixel runs takes: one run a row.</summary>
    private nint RunsLength() => (nint)_pass.Boxes.N * _pass.Boxes.D * _pass.Boxes.H * sizeof(PixelRun) / sizeof(float);

    private nint ScratchLength() => Align(RunsLength()) + Align(GradientLength()) + Slab.Length(_pass);

    private static nint Align(nint length) => (length + 15) & ~(nint)15;

    private void RunBox<TSimd>(int index, int next, int division, int slice, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
    {
        var box = _pass.Boxes[index];
        var extent = new BoxExtent(_pass, box);
        var runs = (PixelRun*)Scratch.Current.Reserve(ScratchLength());
        float* gradient = (float*)runs + Align(RunsLength()), slab = gradient + Align(GradientLength());
        int panels = Gemm.Gemm.Panels(_pass.GroupTargets), runCount = _pass.RunCount;
        int first = (int)((long)_units * slice / _slices), end = (int)((long)_units * (slice + 1) / _slices);
        Slab.Fill<TSimd>(_pass, box, _x, slab);
        GatherGradient<TSimd>(box, extent, first / runCount / panels, (end - 1) / runCount / panels, gradient);
        int count = SetRuns(extent, runs);
        int portions = (end - first) * (((int)_pass.Runs[0].Length + Gemm.Gemm.RowTile - 1) / Gemm.Gemm.RowTile);
        var nextX = next == index ? default : BoxAhead.Source(_pass, _pass.Boxes[next], _x, portions);
        var nextGradient = next == index ? default : BoxAhead.Target(_pass, _pass.Boxes[next], _gradient, portions);
        float* sums = _sums + (division * SumsLength), biasSums = sums + (SumsLength - Columns);
        int groupWidth = WeightPacking.GroupWidth(_pass.GroupTargets);
        for (int unit = first; unit < end; unit++)
        {
            int run = unit % runCount, column = unit / runCount % panels * Gemm.Gemm.ColumnTile, group = unit / runCount / panels;
            int channel = (group * groupWidth) + column, width = Math.Min(Gemm.Gemm.ColumnTile, groupWidth - column);
            float* from = slab + (group * _pass.GroupSources);
            float* to = sums + WeightPacking.Place(_pass, 0, group, column);
            MultiplyRun<TSimd>(run, width, runs, count, extent.W, from, gradient + channel, to, accumulate, ref nextX, ref nextGradient);
            if (run == 0) AddPixels<TSimd>(gradient + channel, width, (nint)extent.N * extent.D * extent.H * extent.W, GradientStride, biasSums + channel, accumulate);
        }
    }

    /// <summary>One run's rows of a panel.</summary>
    private void MultiplyRun<TSimd>(
        int run, int width, PixelRun* runs, int count, int pixels, float* slab, float* gradient, float* sums, bool accumulate, ref BoxAhead nextX,
        ref BoxAhead nextGradient)
        where TSimd : struct, ISimd<TSimd>
    {
        var kernel = _pass.Runs[run];
        int length = (int)kernel.Length, tiles = (length + Gemm.Gemm.RowTile - 1) / Gemm.Gemm.RowTile;
        sums += _pass.RunRow(run) * width;
        for (int tile = 0; tile < tiles; tile++)
        {
            nextX.Fetch();
            nextGradient.Fetch();
            int first = (int)((long)length * tile / tiles), height = (int)((long)length * (tile + 1) / tiles) - first;
            float* s = slab + kernel.Offset + first, to = sums + ((nint)first * width);
            if (width == TSimd.Count)
                TileDispatch.Weights<TSimd, Vectors1>(height, runs, count, pixels, s, _pass.StepW, gradient, GradientStride, to, accumulate);
            else
                TileDispatch.Weights<TSimd, Vectors2>(height, runs, count, pixels, s, _pass.StepW, gradient, GradientStride, to, accumulate);
        }
    }

    private int SetRuns(in BoxExtent extent, PixelRun* runs)
    {
        int count = 0;
        for (int n = 0; n < extent.N; n++)
        {
            for (int d = 0; d < extent.D; d++)
            {
                for (int h = 0; h < extent.H; h++)
                {
                    nint place = (n * _pass.ImageStride) + (d * _pass.Depth.Stride * _pass.DepthStride) + (h * _pass.Height.Stride * _pass.RowStride);
                    runs[count++] = new PixelRun(place, extent.Pixel(n, d, h, 0) * GradientStride);
                }
            }
        }

        return count;
    }

    private void GatherGradient<TSimd>(in Box box, in BoxExtent extent, int firstGroup, int lastGroup, float* to)
        where TSimd : struct, ISimd<TSimd>
    {
        nint channel = _pass.TargetPixels;
        int groupTargets = _pass.GroupTargets, groupWidth = WeightPacking.GroupWidth(groupTargets);
        float* end = _gradient + (_pass.Size.N * _pass.Targets * channel);
        for (int n = 0; n < extent.N; n++)
        {
            for (int run = 0; run < extent.Runs; run++)
            {
                float* image = _gradient + ((nint)(box.FirstN + n) * _pass.Targets * channel) + extent.RunPlace(run);
                float* pixel = to + ((((nint)n * extent.Runs) + run) * extent.RunLength * GradientStride);
                for (int group = firstGroup; group <= lastGroup; group++)
                {
                    float* from = image + (group * groupTargets * channel), pixels = pixel + (group * groupWidth);
                    for (int part = 0; part < ChannelsLast.Parts<TSimd>(groupTargets); part++)
                        ChannelsLast.Gather<TSimd>(from, channel, groupTargets, part, extent.RunLength, end, pixels, GradientStride);
                }
            }
        }
    }

    private static void AddPixels<TSimd>(float* gradient, int width, nint pixels, nint stride, float* sums, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
    {
        for (int lane = 0; lane < width; lane += TSimd.Count)
        {
            TSimd even = TSimd.Zero, odd = TSimd.Zero;
            float* from = gradient + lane;
            nint p = 0;
            for (; p + 1 < pixels; p += 2)
            {
                even += TSimd.Load(from + (p * stride));
                odd += TSimd.Load(from + ((p + 1) * stride));
            }

            if (p < pixels) even += TSimd.Load(from + (p * stride));
            even += odd;
            TSimd.Store(accumulate ? even + TSimd.Load(sums + lane) : even, sums + lane);
        }
    }
}
