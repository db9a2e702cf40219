using System.Runtime.CompilerServices;
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
            float* first = slab + ((n - box.FirstN) * pass.ImageStride);
            for (int part = 0; part < ChannelsLast.Parts<TSimd>(channels); part++)
            {
                for (int row = 0; row < depths * rows; row++)
                {
                    nint place = Place(pass, box, row / rows, row % rows);
                    float* to = first + (row / rows * pass.DepthStride) + (row % rows * pass.RowStride) + (left * pass.PixelStride);
                    if (place >= 0 && count > 0)
                        ChannelsLast.Gather<TSimd>(source + (n * image) + place, (nint)pixels, channels, part, count, end, to, pass.PixelStride);
                }
            }

            // Zeros last: what was spilled behind a row lies in its margin, or was overwritten by the next row.
            for (int row = 0; row < depths * rows; row++)
            {
                float* to = first + (row / rows * pass.DepthStride) + (row % rows * pass.RowStride);
                bool isInside = Place(pass, box, row / rows, row % rows) >= 0 && count > 0;
                Clear(to, (isInside ? left : left + count + right) * pass.PixelStride);
                if (isInside) Clear(to + ((left + count) * pass.PixelStride), right * pass.PixelStride);
            }
        }
    }

    /// <summary>Makes planes of nothing but zeros: the margins stay so when <see cref="CopyPlane{TSimd}"/> is used for the same box again and again.</summary>
    public static void ClearPlanes(ConvolutionPass pass, int planes, float* slab) => Clear(slab, planes * PlaneLength(pass));

    /// <summary>Copies the part of one channel of one image that a box needs into its plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyPlane<TSimd>(ConvolutionPass pass, in Box box, float* channel, float* plane)
        where TSimd : struct, ISimd<TSimd>
    {
        var (left, count, _) = Columns(pass, box);
        int rows = Rows(pass.Height, box.FirstH, box.EndH), depths = Rows(pass.Depth, box.FirstD, box.EndD), stride = pass.Width.Stride;
        for (int d = 0; d < depths; d++)
        {
            for (int h = 0; h < rows; h++)
            {
                nint place = Place(pass, box, d, h);
                if (place < 0) continue;
                float* from = channel + place, to = plane + (d * pass.DepthStride) + (h * pass.RowStride);
                if (stride == 1) Copy<TSimd>(from, to + left, count);
                else if (stride == 2) Halve<TSimd>(from, count, to + (left % 2 * pass.SplitStride) + (left / 2), to + ((1 - (left % 2)) * pass.SplitStride) + ((left + 1) / 2));
                else for (int i = 0; i < count; i++) to[((left + i) % stride * pass.SplitStride) + ((left + i) / stride)] = from[i];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TSimd>(float* from, float* to, int count)
        where TSimd : struct, ISimd<TSimd>
    {
        int i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count) TSimd.Store(TSimd.Load(from + i), to + i);
        if (i < count) TSimd.StorePartial(TSimd.LoadPartial(from + i, count - i), to + i, count - i);
    }

    /// <summary>Elements at even places to one side, those at odd places to the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halve<TSimd>(float* from, int count, float* evens, float* odds)
        where TSimd : struct, ISimd<TSimd>
    {
        for (int i = 0; i < count; i += 2 * TSimd.Count)
        {
            int some = Math.Min(count - i, 2 * TSimd.Count);
            TSimd.Unzip(
                TSimd.LoadPartial(from + i, Math.Min(some, TSimd.Count)), TSimd.LoadPartial(from + i + TSimd.Count, Math.Max(0, some - TSimd.Count)), out var even, out var odd);
            TSimd.StorePartial(even, evens + (i / 2), (some + 1) / 2);
            TSimd.StorePartial(odd, odds + (i / 2), some / 2);
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
