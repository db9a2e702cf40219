using Unfold.Kernels.Convolution;

namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>y[n, o, j] = b[o] + sum over c and k of w[o, c, k] * x[n, c, j * stride - before + k * dilation].</summary>
    public static void Convolution(in ConvolutionSize size, ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> b, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = b[i / size.OutputPixels % size.O];
        foreach ((int ix, int iw, int iy) in Terms(size))
            y[iy] += w[iw] * x[ix];
    }

    /// <summary>For each term of a y: dx += d * w, dw += d * x; db[o] += d.</summary>
    public static void ConvolutionBackward(
        in ConvolutionSize size, ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<T> w, Span<T> dx, Span<T> dw, Span<T> db)
    {
        for (int i = 0; i < d.Length; i++)
            db[i / size.OutputPixels % size.O] += d[i];
        foreach ((int ix, int iw, int iy) in Terms(size))
        {
            dx[ix] += d[iy] * w[iw];
            dw[iw] += d[iy] * x[ix];
        }
    }

    /// <summary>With the sizes of the convolution from y to x: y = b, and for each term of an x of that convolution y += w * x.</summary>
    public static void TransposedConvolution(in ConvolutionSize size, ReadOnlySpan<T> x, ReadOnlySpan<T> w, ReadOnlySpan<T> b, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = b[i / size.InputPixels % size.C];
        foreach ((int iy, int iw, int ix) in Terms(size))
            y[iy] += w[iw] * x[ix];
    }

    /// <summary>For each term: dx += d * w, dw += d * x; db[o] += d.</summary>
    public static void TransposedConvolutionBackward(
        in ConvolutionSize size, ReadOnlySpan<T> d, ReadOnlySpan<T> x, ReadOnlySpan<T> w, Span<T> dx, Span<T> dw, Span<T> db)
    {
        for (int i = 0; i < d.Length; i++)
            db[i / size.InputPixels % size.C] += d[i];
        foreach ((int iy, int iw, int ix) in Terms(size))
        {
            dx[ix] += d[iy] * w[iw];
            dw[iw] += d[iy] * x[ix];
        }
    }

    /// <summary>The places in x, w and y of every product of a convolution.</summary>
    private static IEnumerable<(int X, int W, int Y)> Terms(ConvolutionSize s) =>
        from n in Enumerable.Range(0, s.N)
        from o in Enumerable.Range(0, s.O)
        from c in Enumerable.Range(0, s.GroupC)
        from depth in Terms(s.Depth, s.Flip)
        from height in Terms(s.Height, s.Flip)
        from width in Terms(s.Width, s.Flip)
        let channel = (o / s.GroupO * s.GroupC) + c
        select (
            (((((((n * s.C) + channel) * s.Depth.Input) + depth.X) * s.Height.Input) + height.X) * s.Width.Input) + width.X,
            (((((((o * s.GroupC) + c) * s.Depth.Kernel) + depth.W) * s.Height.Kernel) + height.W) * s.Width.Kernel) + width.W,
            (((((((n * s.O) + o) * s.Depth.Output) + depth.Y) * s.Height.Output) + height.Y) * s.Width.Output) + width.Y);

    private static IEnumerable<(int X, int W, int Y)> Terms(ConvolutionAxis axis, bool flip) =>
        from j in Enumerable.Range(0, axis.Output)
        from k in Enumerable.Range(0, axis.Kernel)
        let x = (j * axis.Stride) - axis.Before + (k * axis.Dilation)
        where x >= 0 && x < axis.Input
        select (x, flip ? axis.Kernel - 1 - k : k, j);
}
