using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>Copies the part of a source that a box of targets needs into a slab, with zeros where the source ends.</summary>
internal static unsafe class Slab
{
    /// <summary>Floats of a slab with channels last, with what may be written past its end.</summary>
    public static nint Length(ConvolutionPass pass) => (pass.Boxes.N * pass.ImageStride) + ChannelsLast.Slack(pass.PixelStride);

    /// <summary>Floats of one channel's plane of one image, with what may be read past its end: a row of vectors.</summary>
    public static nint PlaneLength(ConvolutionPass pass) => pass.ImageStride + 64;

    /// <summary>Fills a slab with channels last.</summary>
    public static void Fill<TSimd>(ConvolutionPass pass, in Box box, float* source, float* slab)
        where TSimd : struct, ISimd<TSimd>
    {
        int channels = pass.Sources;
        nint pixels = pass.SourcePixels, image = channels * pixels;
        float* end = source + (pass.Size.N * image);
        var (left, count, right) = Columns(pass, box);
        int rows = Rows(pass.Height, box.FirstH, box.EndH), depths = Rows(pass.Depth, box.FirstD, box.EndD);
        for (int n = box.FirstN; n < box.EndN; n++)
        {
            for (int d = 0; d < depths; d++)
            {
                for (int h = 0; h < rows; h++)
                {
                    float* row = slab + ((n - box.FirstN) * pass.ImageStride) + (d * pass.DepthStride) + (h * pass.RowStride);
                    nint place = Place(pass, box, d, h);
                    int inside = place < 0 ? 0 : count;
                    Clear(row, (inside == 0 ? left + count + right : left) * pass.PixelStride);
                    if (inside == 0) continue;
                    row += left * pass.PixelStride;
                    ChannelsLast.Gather<TSimd>(source + (n * image) + place, (nint)pixels, channels, count, end, row, pass.PixelStride);
                    Clear(row + (count * pass.PixelStride), right * pass.PixelStride);
                }
            }
        }
    }

    /// <summary>Fills the plane of one channel of one image.</summary>
    public static void FillPlane(ConvolutionPass pass, in Box box, float* channel, float* plane)
    {
        var (left, count, right) = Columns(pass, box);
        int rows = Rows(pass.Height, box.FirstH, box.EndH), depths = Rows(pass.Depth, box.FirstD, box.EndD);
        for (int d = 0; d < depths; d++)
        {
            for (int h = 0; h < rows; h++)
            {
                float* row = plane + (d * pass.DepthStride) + (h * pass.RowStride);
                nint place = Place(pass, box, d, h);
                if (place < 0 || count == 0)
                {
                    Clear(row, pass.RowStride);
                }
                else if (pass.Width.Stride == 1)
                {
                    Clear(row, left);
                    new ReadOnlySpan<float>(channel + place, count).CopyTo(new Span<float>(row + left, count));
                    Clear(row + left + count, right);
                }
                else
                {
                    Split(pass, channel + place, row, left, count);
                }
            }
        }
    }

    /// <summary>A row with elements of equal remainder side by side.</summary>
    private static void Split(ConvolutionPass pass, float* source, float* row, int left, int count)
    {
        Clear(row, pass.RowStride);
        int stride = pass.Width.Stride;
        for (int remainder = 0; remainder < stride; remainder++)
        {
            int first = (((remainder - left) % stride) + stride) % stride;
            float* target = row + (remainder * pass.SplitStride) + ((left + first) / stride);
            for (int i = first; i < count; i += stride) *target++ = source[i];
        }
    }

    /// <summary>Slab elements on an axis.</summary>
    private static int Rows(PassAxis axis, int first, int end) => ConvolutionPass.SlabLength(axis, end - first);

    /// <summary>Zeros before, elements of the source, zeros behind, on the axis of width.</summary>
    private static (int Left, int Count, int Right) Columns(ConvolutionPass pass, in Box box)
    {
        int length = Rows(pass.Width, box.FirstW, box.EndW), begin = Begin(pass.Width, box.FirstW);
        int left = Math.Clamp(-begin, 0, length), count = Math.Max(0, Math.Min(length - left, pass.Width.Source - (begin + left)));
        return (left, count, length - left - count);
    }

    private static int Begin(PassAxis axis, int first) => axis.Begin + (first * axis.Stride);

    /// <summary>Where a slab row begins in a channel, at its first element inside; negative where it is all outside.</summary>
    private static nint Place(ConvolutionPass pass, in Box box, int d, int h)
    {
        int depth = Begin(pass.Depth, box.FirstD) + d, height = Begin(pass.Height, box.FirstH) + h;
        if ((uint)depth >= (uint)pass.Depth.Source || (uint)height >= (uint)pass.Height.Source) return -1;
        return (((nint)depth * pass.Height.Source) + height) * pass.Width.Source + Math.Max(0, Begin(pass.Width, box.FirstW));
    }

    private static void Clear(float* row, nint count) => new Span<float>(row, (int)count).Clear();
}
