using System.Globalization;
using Unfold.Kernels.Convolution;

namespace Unfold.Bench.Layers;

/// <summary>A convolution of a real network.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Rank">Spatial axes.</param>
/// <param name="After">Zeros behind, on depth, height and width.</param>
/// <param name="Size">Its numbers.</param>
internal sealed record ConvolutionShape(string Name, int Rank, int[] After, ConvolutionSize Size)
{
    /// <summary>Shapes of image networks, of the small ones that learn MNIST, and of temporal networks.</summary>
    public static ConvolutionShape[] All { get; } =
    [
        Square("ResNet 3x3", 16, 64, 64, 56, 3),
        Square("ResNet 3x3", 16, 128, 128, 28, 3),
        Square("ResNet 3x3", 16, 256, 256, 14, 3),
        Square("ResNet 3x3", 16, 512, 512, 7, 3),
        Square("ResNet 3x3, stride 2", 16, 128, 128, 56, 3, stride: 2),
        Square("ResNet 7x7, stride 2", 8, 3, 64, 224, 7, stride: 2),
        Square("ResNet 1x1", 16, 64, 256, 56, 1),
        Square("ResNet 1x1", 16, 1024, 256, 14, 1),
        Square("Inception 5x5", 16, 32, 96, 28, 5),
        Square("MobileNet 3x3 depth-wise", 16, 144, 144, 56, 3, groups: 144),
        Square("MobileNet 3x3 depth-wise, stride 2", 16, 192, 192, 28, 3, stride: 2, groups: 192),
        Square("MNIST 3x3", 32, 1, 32, 28, 3),
        Square("MNIST 3x3", 32, 32, 64, 14, 3),
        Causal("TCN 7, dilation 16", 32, 25, 25, 784, 7, 16),
        Causal("TCN 7, dilation 16", 32, 64, 64, 784, 7, 16),
        Video("C3D 3x3x3", 4, 64, 64, 8, 28, 3),
    ];

    /// <summary>Operations of one pass.</summary>
    public double Operations => 2.0 * Size.Multiplications;

    /// <summary>As in <c>16 × 64 × 56 × 56 -> 64</c>.</summary>
    public override string ToString()
    {
        int[] sizes = [Size.Depth.Input, Size.Height.Input, Size.Width.Input];
        return $"{Size.N} × {Size.C} × {string.Join(" × ", sizes[^Rank..])} → {Size.O}";
    }

    /// <summary>What the peer is asked.</summary>
    public string Request(string pass, int threads, double seconds)
    {
        ConvolutionAxis[] axes = [Size.Depth, Size.Height, Size.Width];
        var numbers = new[] { Size.N, Size.C, Size.O, Size.Groups, Rank }
            .Concat(axes.Select(a => a.Input)).Concat(axes.Select(a => a.Kernel)).Concat(axes.Select(a => a.Stride))
            .Concat(axes.Select(a => a.Dilation)).Concat(axes.Select(a => a.Before)).Concat(After);
        return string.Create(CultureInfo.InvariantCulture, $"convolution {pass} {string.Join(' ', numbers)} {threads} {seconds}");
    }

    private static ConvolutionShape Square(string name, int n, int c, int o, int side, int kernel, int stride = 1, int groups = 1)
    {
        // Padding as these networks have it: half a kernel on both sides.
        int zeros = kernel / 2;
        var axis = new ConvolutionAxis(side, ((side + (2 * zeros) - kernel) / stride) + 1, kernel, stride, 1, zeros);
        return new ConvolutionShape(name, 2, [0, zeros, zeros], new ConvolutionSize(n, c, o, groups, ConvolutionAxis.One, axis, axis, Flip: false));
    }

    private static ConvolutionShape Causal(string name, int n, int c, int o, int length, int kernel, int dilation)
    {
        var axis = new ConvolutionAxis(length, length, kernel, 1, dilation, (kernel - 1) * dilation);
        return new ConvolutionShape(name, 1, [0, 0, 0], new ConvolutionSize(n, c, o, 1, ConvolutionAxis.One, ConvolutionAxis.One, axis, Flip: false));
    }

    private static ConvolutionShape Video(string name, int n, int c, int o, int frames, int side, int kernel)
    {
        var depth = new ConvolutionAxis(frames, frames, kernel, 1, 1, kernel / 2);
        var axis = new ConvolutionAxis(side, side, kernel, 1, 1, kernel / 2);
        return new ConvolutionShape(name, 3, [kernel / 2, kernel / 2, kernel / 2], new ConvolutionSize(n, c, o, 1, depth, axis, axis, Flip: false));
    }
}
