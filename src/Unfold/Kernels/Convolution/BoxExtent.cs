namespace Unfold.Kernels.Convolution;

/// <summary>The target pixels of a box, all phases together: how many there are, and in what runs they lie in a channel of the target.</summary>
internal readonly struct BoxExtent
{
    private readonly int _firstD, _firstH, _firstW, _targetH, _targetW;

    public BoxExtent(ConvolutionPass pass, in Box box)
    {
        (_firstD, _firstH, _firstW) = (box.FirstD * pass.Depth.Phases, box.FirstH * pass.Height.Phases, box.FirstW * pass.Width.Phases);
        (_targetH, _targetW) = (pass.Height.Target, pass.Width.Target);
        N = box.EndN - box.FirstN;
        D = Math.Min(pass.Depth.Target, box.EndD * pass.Depth.Phases) - _firstD;
        H = Math.Min(_targetH, box.EndH * pass.Height.Phases) - _firstH;
        W = Math.Min(_targetW, box.EndW * pass.Width.Phases) - _firstW;
        if (W < _targetW) (Runs, RunLength) = (D * H, W);
        else if (H < _targetH) (Runs, RunLength) = (D, H * W);
        else (Runs, RunLength) = (1, D * H * W);
    }

    public int N { get; }

    public int D { get; }

    public int H { get; }

    public int W { get; }

    /// <summary>Contiguous pieces of a channel of an image.</summary>
    public int Runs { get; }

    /// <summary>Pixels of each.</summary>
    public int RunLength { get; }

    /// <summary>The number of a pixel in the box.</summary>
    public nint Pixel(int n, int d, int h, int w) => (((((nint)n * D) + d) * H) + h) * W + w;

    /// <summary>Where a run begins in a channel of the target.</summary>
    public nint RunPlace(int run)
    {
        int d = W < _targetW ? run / H : H < _targetH ? run : 0;
        int h = W < _targetW ? run % H : 0;
        return (((((nint)_firstD + d) * _targetH) + _firstH + h) * _targetW) + _firstW;
    }
}
