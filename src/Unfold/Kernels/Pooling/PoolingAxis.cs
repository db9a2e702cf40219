namespace Unfold.Kernels.Pooling;

/// <summary>One spatial axis of a pooling: the window of y[o] is x[o * Stride - Before + k * Dilation] for k &lt; Window, as far as that lies in x.</summary>
/// <param name="Input">Length of x, 1 or more.</param>
/// <param name="Output">Length of y.</param>
/// <param name="Window">Elements of a window, 1 or more.</param>
/// <param name="Stride">Elements of x from one window to the next, 1 or more.</param>
/// <param name="Dilation">Elements of x from one of a window's elements to the next, 1 or more.</param>
/// <param name="Before">Elements of padding before x.</param>
/// <param name="After">Elements of padding behind x.</param>
internal readonly record struct PoolingAxis(int Input, int Output, int Window, int Stride, int Dilation, int Before, int After)
{
    /// <summary>An axis that is not there.</summary>
    public static PoolingAxis One => new(1, 1, 1, 1, 1, 0, 0);

    /// <summary>Elements from a window's first to its last, both counted.</summary>
    public int Extent => (Window - 1) * Dilation + 1;

    /// <summary>The first output whose window has no padding before x.</summary>
    public int InteriorStart => Math.Min(Output, (Before + Stride - 1) / Stride);

    /// <summary>The output behind the last one whose window lies in x wholly; at least <see cref="InteriorStart"/>.</summary>
    public int InteriorEnd
    {
        get
        {
            int room = Input - Extent + Before;
            return Math.Max(InteriorStart, room < 0 ? 0 : Math.Min(Output, room / Stride + 1));
        }
    }

    /// <summary>The elements of x in a window: <paramref name="count"/> of them from <paramref name="first"/> on, Dilation apart.</summary>
    public void Taps(int output, out int first, out int count)
    {
        int start = output * Stride - Before;
        int skipped = start < 0 ? (Dilation - 1 - start) / Dilation : 0;
        first = start + skipped * Dilation;
        count = first < Input ? Math.Min(Window - skipped, (Input - 1 - first) / Dilation + 1) : 0;
    }

    /// <summary>The elements of a window that an average divides by: those in x, or those in x and its padding.</summary>
    public int Divisor(int output, bool countPadding)
    {
        if (countPadding)
            return Math.Min(Window, (Input + After - 1 - (output * Stride - Before)) / Dilation + 1);
        Taps(output, out _, out int count);
        return count;
    }
}

/// <summary>A pooling's validated numbers, in three dimensions; axes that are not there are <see cref="PoolingAxis.One"/>.</summary>
/// <param name="Depth">The slowest axis.</param>
/// <param name="Height">The middle axis.</param>
/// <param name="Width">The fastest axis.</param>
internal readonly record struct PoolingShape(PoolingAxis Depth, PoolingAxis Height, PoolingAxis Width)
{
    /// <summary>Elements of one channel of x, a plane.</summary>
    public int InputLength => Depth.Input * Height.Input * Width.Input;

    /// <summary>Elements of one channel of y.</summary>
    public int OutputLength => Depth.Output * Height.Output * Width.Output;
}
