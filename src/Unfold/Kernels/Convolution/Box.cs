namespace Unfold.Kernels.Convolution;

/// <summary>A part of the targets: images, and on each axis elements of every phase.</summary>
internal readonly record struct Box(int FirstN, int EndN, int FirstD, int EndD, int FirstH, int EndH, int FirstW, int EndW);

/// <summary>
/// Cuts targets into boxes that are one contiguous piece of every channel of an image, or whole images: so a box is worked on in the second-level cache and
/// written back in long rows.
/// </summary>
internal readonly struct BoxGrid
{
    private readonly int _n, _d, _h, _w;
    private readonly int _countD, _countH, _countW;

    /// <summary>Boxes of about <paramref name="pixels"/> elements of a channel, or less so that there are <paramref name="least"/> boxes.</summary>
    public BoxGrid(int n, PassAxis depth, PassAxis height, PassAxis width, int pixels, int least)
    {
        (_n, _d, _h, _w) = (n, depth.Count, height.Count, width.Count);
        int phases = depth.Phases * height.Phases * width.Phases;
        for (int target = Math.Max(1, pixels / phases); ; target /= 2)
        {
            N = D = H = 1;
            W = _w <= 2 * target ? _w : Fit(_w, target);
            if (W == _w) H = Fit(_h, target / Math.Max(W, 1));
            if (W == _w && H == _h) D = Fit(_d, target / Math.Max(H * W, 1));
            if (W == _w && H == _h && D == _d) N = Fit(_n, target / Math.Max(D * H * W, 1));
            _countD = Parts(_d, D);
            _countH = Parts(_h, H);
            _countW = Parts(_w, W);
            Count = Parts(_n, N) * _countD * _countH * _countW;
            if (Count >= least || target < 64) return;
        }
    }

    /// <summary>Boxes.</summary>
    public int Count { get; }

    /// <summary>The most images of a box.</summary>
    public int N { get; }

    /// <summary>The most elements of a phase on the axis of depth.</summary>
    public int D { get; }

    /// <summary>The same for height.</summary>
    public int H { get; }

    /// <summary>The same for width.</summary>
    public int W { get; }

    public Box this[int index]
    {
        get
        {
            int w = index % _countW * W;
            index /= _countW;
            int h = index % _countH * H;
            index /= _countH;
            int d = index % _countD * D;
            int n = index / _countD * N;
            return new Box(n, Math.Min(_n, n + N), d, Math.Min(_d, d + D), h, Math.Min(_h, h + H), w, Math.Min(_w, w + W));
        }
    }

    private static int Parts(int count, int size) => (count + size - 1) / size;

    /// <summary>The size of equal parts of about <paramref name="want"/>.</summary>
    private static int Fit(int count, int want)
    {
        int parts = Parts(count, Math.Clamp(want, 1, Math.Max(count, 1)));
        return parts == 0 ? 1 : Parts(count, parts);
    }
}
