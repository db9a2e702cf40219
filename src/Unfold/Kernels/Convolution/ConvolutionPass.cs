namespace Unfold.Kernels.Convolution;

/// <summary>
/// What a pass reads for each target element, as offsets in a slab: a copy of the part of the source that a box needs, with zeros where the source ends.
/// The slab is [N, D, H, W, channel stride] (channels last), or one plane a channel of [D, H, W] (<see cref="SetPlanes"/>).
/// </summary>
internal sealed class ConvolutionPass
{
    /// <summary>Rows of packed weights that are worked off together: 128 KiB with AVX-512.</summary>
    private const int RowsPerBlock = 1024;

    private int[] _kernels = [];
    private nint[] _offsets = [];
    private int[] _phaseTaps = [];
    private KernelRun[] _runs = [];
    private RunBlock[] _blocks = [];
    private int[] _phaseBlocks = [];

    public PassAxis Depth { get; } = new();

    public PassAxis Height { get; } = new();

    public PassAxis Width { get; } = new();

    public BoxGrid Boxes { get; private set; }

    public ConvolutionSize Size { get; private set; }

    /// <summary>Channels of the source.</summary>
    public int Sources { get; private set; }

    /// <summary>Channels of the target.</summary>
    public int Targets { get; private set; }

    public int GroupSources => Sources / Size.Groups;

    public int GroupTargets => Targets / Size.Groups;

    public int SourcePixels => Depth.Source * Height.Source * Width.Source;

    public int TargetPixels => Depth.Target * Height.Target * Width.Target;

    public int Phases => Depth.Phases * Height.Phases * Width.Phases;

    /// <summary>Floats of the slab from one pixel of a row to the next; 1 in planes.</summary>
    public nint PixelStride { get; private set; }

    /// <summary>From one row to the next.</summary>
    public nint RowStride { get; private set; }

    /// <summary>From one depth to the next.</summary>
    public nint DepthStride { get; private set; }

    /// <summary>From one image to the next; in planes, from one channel to the next.</summary>
    public nint ImageStride { get; private set; }

    /// <summary>In planes: floats from the elements of a row that are 0 modulo the stride to those that are 1.</summary>
    public int SplitStride { get; private set; }

    /// <summary>From one target element of a phase to the next on its row.</summary>
    public nint StepW => SplitStride > 0 ? 1 : Width.Stride * PixelStride;

    /// <summary>Prepares a pass: from x to y, or <paramref name="backward"/> from the gradient of y to that of x.</summary>
    public void Set(in ConvolutionSize size, bool backward, int pixels, int leastBoxes)
    {
        Size = size;
        (Sources, Targets) = backward ? (size.O, size.C) : (size.C, size.O);
        SetAxis(Depth, size.Depth, backward);
        SetAxis(Height, size.Height, backward);
        SetAxis(Width, size.Width, backward);
        Boxes = new BoxGrid(size.N, Depth, Height, Width, pixels, leastBoxes);
    }

    /// <summary>Lays the slab out with channels last, and joins taps that are neighbours in memory to runs.</summary>
    public void SetChannelsLast()
    {
        SplitStride = 0;
        PixelStride = ChannelsLast.Stride(Sources);
        RowStride = SlabLength(Width, Boxes.W) * PixelStride;
        SetStrides();
        SetTaps();
        SetRuns();
    }

    /// <summary>Lays the slab out as planes; where rows are read with a stride, elements of equal remainder lie side by side.</summary>
    public void SetPlanes()
    {
        PixelStride = 1;
        SplitStride = (SlabLength(Width, Boxes.W) + Width.Stride - 1) / Width.Stride;
        RowStride = SplitStride * Width.Stride;
        SetStrides();
        SetTaps();
    }

    /// <summary>Slab elements of an axis that <paramref name="count"/> elements of a phase need.</summary>
    public static int SlabLength(PassAxis axis, int count) => ((Math.Max(count, 1) - 1) * axis.Stride) + axis.Reach + 1;

    /// <summary>The places in the kernel of a phase's taps, in the order in which they are worked off.</summary>
    public ReadOnlySpan<int> Kernels(int phase) => _kernels.AsSpan(_phaseTaps[phase], _phaseTaps[phase + 1] - _phaseTaps[phase]);

    /// <summary>Their offsets in the slab, in floats.</summary>
    public ReadOnlySpan<nint> Offsets(int phase) => _offsets.AsSpan(_phaseTaps[phase], _phaseTaps[phase + 1] - _phaseTaps[phase]);

    /// <summary>The number of taps before a phase's first.</summary>
    public int FirstTap(int phase) => _phaseTaps[phase];

    /// <summary>All runs, phase by phase.</summary>
    public ReadOnlySpan<KernelRun> Runs => _runs.AsSpan(0, RunCount);

    /// <summary>The number of runs.</summary>
    public int RunCount { get; private set; }

    /// <summary>How many elements the runs of a pass of one phase have before one of them.</summary>
    public nint RunRow(int run)
    {
        nint row = 0;
        for (int i = 0; i < run; i++) row += _runs[i].Length;
        return row;
    }

    /// <summary>A phase's runs in blocks; there is always one, if only an empty one.</summary>
    public ReadOnlySpan<RunBlock> Blocks(int phase) => _blocks.AsSpan(_phaseBlocks[phase], _phaseBlocks[phase + 1] - _phaseBlocks[phase]);

    /// <summary>A phase's place on each axis.</summary>
    public (int D, int H, int W) PhasePlace(int phase) =>
        (phase / (Height.Phases * Width.Phases), phase / Width.Phases % Height.Phases, phase % Width.Phases);

    private static void SetAxis(PassAxis axis, ConvolutionAxis numbers, bool backward)
    {
        if (backward) axis.SetBackward(numbers);
        else axis.SetForward(numbers);
    }

    private void SetStrides()
    {
        DepthStride = SlabLength(Height, Boxes.H) * RowStride;
        ImageStride = SlabLength(Depth, Boxes.D) * DepthStride;
    }

    private void SetTaps()
    {
        int taps = Size.Taps;
        if (_kernels.Length < taps) (_kernels, _offsets) = (new int[taps], new nint[taps]);
        if (_phaseTaps.Length < Phases + 1) _phaseTaps = new int[Phases + 1];
        int count = 0;
        for (int phase = 0; phase < Phases; phase++)
        {
            var place = PhasePlace(phase);
            ReadOnlySpan<int> depths = Depth.Kernels(place.D), heights = Height.Kernels(place.H), widths = Width.Kernels(place.W);
            for (int d = 0; d < depths.Length; d++)
            {
                for (int h = 0; h < heights.Length; h++)
                {
                    nint row = (Depth.Offsets(place.D)[d] * DepthStride) + (Height.Offsets(place.H)[h] * RowStride);
                    for (int w = 0; w < widths.Length; w++)
                    {
                        int kernel = (((depths[d] * Size.Height.Kernel) + heights[h]) * Size.Width.Kernel) + widths[w];
                        _kernels[count] = Size.Flip ? taps - 1 - kernel : kernel;
                        _offsets[count++] = row + WidthOffset(Width.Offsets(place.W)[w]);
                    }
                }
            }

            _phaseTaps[phase + 1] = count;
        }
    }

    private nint WidthOffset(int offset) => SplitStride == 0
        ? offset * PixelStride
        : (offset % Width.Stride * SplitStride) + (offset / Width.Stride);

    private void SetRuns()
    {
        int taps = Size.Taps;
        if (_runs.Length < taps) (_runs, _blocks) = (new KernelRun[taps], new RunBlock[taps + Phases]);
        if (_blocks.Length < taps + Phases) _blocks = new RunBlock[taps + Phases];
        if (_phaseBlocks.Length < Phases + 1) _phaseBlocks = new int[Phases + 1];
        int runs = 0, blocks = 0;
        for (int phase = 0; phase < Phases; phase++)
        {
            int first = runs, row = 0, blockRow = 0;
            foreach (nint offset in Offsets(phase))
            {
                ref KernelRun last = ref _runs[Math.Max(runs - 1, 0)];
                if (runs > first && GroupSources == Sources && last.Offset + last.Length == offset)
                {
                    last = last with { Length = last.Length + GroupSources };
                    row += GroupSources;
                    continue;
                }

                if (runs > first && row - blockRow >= RowsPerBlock)
                {
                    _blocks[blocks++] = new RunBlock(first, runs - first, blockRow);
                    (first, blockRow) = (runs, row);
                }

                _runs[runs++] = new KernelRun(offset, GroupSources);
                row += GroupSources;
            }

            _blocks[blocks++] = new RunBlock(first, runs - first, blockRow);
            _phaseBlocks[phase + 1] = blocks;
        }

        RunCount = runs;
    }
}
