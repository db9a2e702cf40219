using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>
/// Parts of channels that will soon be needed, fetched into the second-level cache a little at a time while the processor multiplies: a box lies in so many places that the
/// processor cannot guess the next one.
/// </summary>
/// <param name="data">Channel 0 of image 0.</param>
/// <param name="pixels">Floats of a channel.</param>
/// <param name="firstChannel">The first channel, all images' channels counted together.</param>
/// <param name="channels">How many; 0 for nothing.</param>
/// <param name="start">Where the part begins in a channel.</param>
/// <param name="length">Its length.</param>
/// <param name="portions">How many times <see cref="Fetch"/> will be called.</param>
internal unsafe struct BoxAhead(float* data, nint pixels, nint firstChannel, nint channels, nint start, nint length, int portions)
{
    private int _portion;

    /// <summary>What a box reads of the source, unless that is in several pieces.</summary>
    public static BoxAhead Source(ConvolutionPass pass, in Box box, float* source, int portions)
    {
        var (start, end) = Piece(pass, box);
        return new BoxAhead(
            source, pass.SourcePixels, (nint)box.FirstN * pass.Sources, (nint)(box.EndN - box.FirstN) * pass.Sources, start, Math.Max(0, end - start), portions);
    }

    /// <summary>What a box writes to the target, its first run of each channel.</summary>
    public static BoxAhead Target(ConvolutionPass pass, in Box box, float* target, int portions)
    {
        var extent = new BoxExtent(pass, box);
        return new BoxAhead(
            target, pass.TargetPixels, (nint)box.FirstN * pass.Targets, (nint)extent.N * pass.Targets, extent.RunPlace(0), extent.RunLength, portions);
    }

    /// <summary>Asks for the next portion.</summary>
    public void Fetch()
    {
        if (_portion >= portions || length == 0) return;
        nint first = channels * _portion / portions, end = channels * ++_portion / portions;
        for (nint channel = first; channel < end; channel++) Prefetch.Lines(data + ((firstChannel + channel) * pixels) + start, (int)length);
    }

    private static (nint Start, nint End) Piece(ConvolutionPass pass, in Box box)
    {
        var (firstD, endD) = Inside(pass.Depth, box.FirstD, box.EndD);
        var (firstH, endH) = Inside(pass.Height, box.FirstH, box.EndH);
        var (firstW, endW) = Inside(pass.Width, box.FirstW, box.EndW);
        nint rows = pass.Height.Source, columns = pass.Width.Source;
        return ((((firstD * rows) + firstH) * columns) + firstW, ((((endD - 1) * rows) + endH - 1) * columns) + endW);
    }

    private static (nint First, nint End) Inside(PassAxis axis, int first, int end)
    {
        int begin = axis.Begin + (first * axis.Stride);
        return (Math.Clamp(begin, 0, axis.Source), Math.Clamp(begin + ConvolutionPass.SlabLength(axis, end - first), 0, axis.Source));
    }
}
