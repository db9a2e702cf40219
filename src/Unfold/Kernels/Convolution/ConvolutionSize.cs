namespace Unfold.Kernels.Convolution;

/// <summary>
/// A convolution's validated numbers, in three dimensions; axes that are not there have length one. x is [N, C, D, H, W], w [O, C / Groups, kernel], y
/// [N, O, D', H', W'], and y[n, o, j] = sum over the channels c of o's group and over k of w[o, c, k] * x[n, c, j * stride - before + k * dilation].
/// </summary>
/// <param name="N">Images.</param>
/// <param name="C">Channels of x, a multiple of <paramref name="Groups"/>.</param>
/// <param name="O">Channels of y, a multiple of <paramref name="Groups"/>.</param>
/// <param name="Groups">Parts of the channels that know nothing of one another.</param>
/// <param name="Depth">The slowest axis.</param>
/// <param name="Height">The middle axis.</param>
/// <param name="Width">The fastest axis.</param>
/// <param name="Flip">Whether the kernel is read backwards on every axis: a convolution in the mathematician's sense.</param>
internal readonly record struct ConvolutionSize(
    int N, int C, int O, int Groups, ConvolutionAxis Depth, ConvolutionAxis Height, ConvolutionAxis Width, bool Flip)
{
    /// <summary>Channels of x in a group.</summary>
    public int GroupC => C / Groups;

    /// <summary>Channels of y in a group.</summary>
    public int GroupO => O / Groups;

    /// <summary>Elements of a kernel.</summary>
    public int Taps => Depth.Kernel * Height.Kernel * Width.Kernel;

    /// <summary>Elements of one channel of x.</summary>
    public int InputPixels => Depth.Input * Height.Input * Width.Input;

    /// <summary>Elements of one channel of y.</summary>
    public int OutputPixels => Depth.Output * Height.Output * Width.Output;

    /// <summary>Multiplications of the forward pass where nothing is padding.</summary>
    public long Multiplications => (long)N * O * GroupC * Taps * OutputPixels;

    /// <summary>The same convolution with long rows: axes on which nothing happens become part of the fastest.</summary>
    public ConvolutionSize Simplified()
    {
        ConvolutionAxis depth = Depth, height = Height, width = Width;
        for (int i = 0; i < 2 && width == ConvolutionAxis.One; i++) (depth, height, width) = (ConvolutionAxis.One, depth, height);
        if (!width.IsPointwise || !height.IsPointwise) return this with { Depth = depth, Height = height, Width = width };
        width = Merged(height, width);
        (height, depth) = (depth, ConvolutionAxis.One);
        if (height.IsPointwise) (width, height) = (Merged(height, width), ConvolutionAxis.One);
        return this with { Depth = depth, Height = height, Width = width };
    }

    private static ConvolutionAxis Merged(ConvolutionAxis slow, ConvolutionAxis fast) =>
        new(slow.Input * fast.Input, slow.Output * fast.Output, 1, 1, 1, 0);
}
