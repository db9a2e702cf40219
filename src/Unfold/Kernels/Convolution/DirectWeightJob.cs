using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Convolution;

/// <summary>The gradients of weights and bias for groups of few channels of y: inner products of a gradient's channel with the shifted planes of one of x.</summary>
/// <remarks>A part is one channel of x with all images in order, so the bits do not depend on the number of threads.</remarks>
internal sealed unsafe class DirectWeightJob : TeamJob
{
    /// <summary>Pixels of a box.</summary>
    private const int BoxPixels = 4096;

    [ThreadStatic]
    private static DirectWeightJob? _current;

    private readonly ConvolutionPass _pass = new();
    private float* _x, _gradient, _weights, _bias;
    private bool _accumulateWeights, _accumulateBias;

    public static DirectWeightJob Current => _current ??= new DirectWeightJob();

    /// <summary>Makes the gradients, or adds to them; that of the bias may be null.</summary>
    public void Run(in ConvolutionSize size, float* x, float* gradient, float* weights, bool accumulateWeights, float* bias, bool accumulateBias)
    {
        _pass.Set(size, backward: false, BoxPixels, leastBoxes: 1);
        _pass.SetPlanes();
        _x = x;
        _gradient = gradient;
        _weights = weights;
        _bias = bias;
        (_accumulateWeights, _accumulateBias) = (accumulateWeights, accumulateBias);
        Scratch.Current.Reserve(ScratchLength());
        if (size.Multiplications >= Convolution.WorthSharing) Team.Shared.Run(this, size.C);
        else for (int channel = 0; channel < size.C; channel++) Execute(channel, size.C);
    }

    protected internal override void Execute(int part, int partCount)
    {
        if (VectorWidth.Bits == 512) RunChannel<Simd512>(part);
        else if (VectorWidth.Bits == 256) RunChannel<Simd256>(part);
        else RunChannel<Simd128>(part);
    }

    private nint SumsLength() => (nint)_pass.GroupTargets * _pass.Size.Taps * (Gemm.Gemm.ColumnTile / 2);

    private nint RunsLength() => (nint)_pass.Boxes.D * _pass.Boxes.H * sizeof(PixelRun) / sizeof(float);

    private nint ScratchLength() => SumsLength() + RunsLength() + Slab.PlaneLength(_pass);

    private void RunChannel<TSimd>(int channel)
        where TSimd : struct, ISimd<TSimd>
    {
        var size = _pass.Size;
        int taps = size.Taps, group = channel / size.GroupC, firstTarget = group * size.GroupO;
        float* sums = Scratch.Current.Reserve(ScratchLength());
        var runs = (PixelRun*)(sums + SumsLength());
        float* plane = (float*)runs + RunsLength();
        new Span<float>(sums, (int)SumsLength()).Clear();
        fixed (nint* offsets = _pass.Offsets(0))
        {
            for (int index = 0; index < _pass.Boxes.Count; index++)
            {
                var box = _pass.Boxes[index];
                int count = SetRuns(box, runs);
                Slab.ClearPlanes(_pass, 1, plane);
                for (int n = box.FirstN; n < box.EndN; n++)
                {
                    Slab.CopyPlane<TSimd>(_pass, box, _x + ((((nint)n * size.C) + channel) * _pass.SourcePixels), plane);
                    for (int o = 0; o < size.GroupO; o++)
                    {
                        float* gradient = _gradient + ((((nint)n * size.O) + firstTarget + o) * _pass.TargetPixels);
                        for (int tap = 0; tap < taps; tap += DotTile.MostTaps)
                        {
                            DotTile.Multiply<TSimd>(
                                Math.Min(DotTile.MostTaps, taps - tap), offsets + tap, runs, count, box.EndW - box.FirstW, plane, gradient,
                                sums + ((((nint)o * taps) + tap) * TSimd.Count));
                        }
                    }
                }
            }
        }

        for (int o = 0; o < size.GroupO; o++)
        {
            float* kernel = _weights + ((((nint)(firstTarget + o) * size.GroupC) + (channel % size.GroupC)) * taps);
            Write<TSimd>(sums + ((nint)o * taps * TSimd.Count), kernel);
            if (_bias != null && channel % size.GroupC == 0) WriteBias(firstTarget + o);
        }
    }

    private void Write<TSimd>(float* sums, float* kernel)
        where TSimd : struct, ISimd<TSimd>
    {
        ReadOnlySpan<int> kernels = _pass.Kernels(0);
        for (int tap = 0; tap < kernels.Length; tap++)
        {
            float sum = TSimd.Sum(TSimd.Load(sums + (tap * TSimd.Count)));
            kernel[kernels[tap]] = _accumulateWeights ? kernel[kernels[tap]] + sum : sum;
        }
    }

    private void WriteBias(int target)
    {
        float sum = 0;
        for (int n = 0; n < _pass.Size.N; n++)
            sum += Elementwise.Elementwise.Sum(_gradient + ((((nint)n * _pass.Targets) + target) * _pass.TargetPixels), _pass.TargetPixels);
        _bias[target] = _accumulateBias ? _bias[target] + sum : sum;
    }

    private int SetRuns(in Box box, PixelRun* runs)
    {
        int count = 0;
        for (int d = box.FirstD; d < box.EndD; d++)
        {
            for (int h = box.FirstH; h < box.EndH; h++)
            {
                nint place = ((d - box.FirstD) * _pass.Depth.Stride * _pass.DepthStride) + ((h - box.FirstH) * _pass.Height.Stride * _pass.RowStride);
                runs[count++] = new PixelRun(place, (((((nint)d * _pass.Height.Target) + h) * _pass.Width.Target) + box.FirstW));
            }
        }

        return count;
    }
}
