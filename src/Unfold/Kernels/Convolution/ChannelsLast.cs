using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>Turns pixels of separate channels into pixels that hold their channels side by side, and back: transpositions.</summary>
internal static unsafe class ChannelsLast
{
    /// <summary>Floats from pixel to pixel for a number of channels: pixels that lie many whole cache lines apart would share few places of the cache.</summary>
    public static nint Stride(nint channels) => channels >= 128 && channels % 32 == 0 ? channels + 16 : channels;

    /// <summary>Floats that <see cref="Gather{TSimd}"/> may write past the pixels it was given: a square of the widest vectors.</summary>
    public static nint Slack(nint pixelStride) => 16 * (pixelStride + 1);

    /// <summary>Vectors of channels.</summary>
    public static int Parts<TSimd>(int channels)
        where TSimd : struct, ISimd<TSimd> => (channels + TSimd.Count - 1) / TSimd.Count;

    /// <summary>
    /// to[p * pixelStride + c] = from[c * channelStride + p] for p &lt; count and one vector of channels c, number <paramref name="part"/> of them.
    /// </summary>
    /// <remarks>
    /// What lies behind the last pixel, and behind a pixel's channels, is overwritten with anything: pixels are to be written in ascending order, and the parts
    /// in theirs, of which the first is what is no whole vector: the others repair what it spilled into the pixel behind. One part for all rows, then the next, reads a
    /// few channels in long pieces.
    /// </remarks>
    /// <param name="from">Channel 0 of the first pixel.</param>
    /// <param name="channelStride">Floats from channel to channel.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="part">Which vector of channels.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="end">The end of the memory that may be read.</param>
    /// <param name="to">The first pixel.</param>
    /// <param name="pixelStride">Floats from pixel to pixel, at least the channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<TSimd>(float* from, nint channelStride, int channels, int part, int count, float* end, float* to, nint pixelStride)
        where TSimd : struct, ISimd<TSimd>
    {
        if (channels == 1 && pixelStride == 1)
        {
            new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));
            return;
        }

        float** rows = stackalloc float*[TSimd.Count];
        int rest = channels % TSimd.Count, channel = rest == 0 ? part * TSimd.Count : part == 0 ? channels - rest : (part - 1) * TSimd.Count;
        for (int i = 0; i < TSimd.Count; i++) rows[i] = from + (Math.Min(channel + i, channels - 1) * channelStride);
        for (int p = 0; p < count; p += TSimd.Count)
        {
            int first = Math.Max(0, Math.Min(p, count - TSimd.Count));
            float* target = to + (first * pixelStride) + channel;
            if (rows[TSimd.Count - 1] + first + TSimd.Count <= end)
            {
                TSimd.Transpose(rows, first, target, pixelStride);
                continue;
            }

            for (int pixel = first; pixel < count; pixel++)
            {
                for (int i = 0; i < Math.Min(TSimd.Count, channels - channel); i++) to[(pixel * pixelStride) + channel + i] = rows[i][pixel];
            }
        }
    }

    /// <summary>to[c * channelStride + p] = from[p * pixelStride + c] for p &lt; count, or += if <paramref name="accumulate"/>.</summary>
    /// <param name="from">The first pixel; whole vectors of channels can be read.</param>
    /// <param name="pixelStride">Floats from pixel to pixel.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="to">Channel 0 of the first pixel.</param>
    /// <param name="channelStride">Floats from channel to channel.</param>
    /// <param name="accumulate">Whether to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter<TSimd>(float* from, nint pixelStride, int channels, int count, float* to, nint channelStride, bool accumulate)
        where TSimd : struct, ISimd<TSimd>
    {
        float** rows = stackalloc float*[TSimd.Count];
        float* square = stackalloc float[TSimd.Count * TSimd.Count];
        for (int channel = 0; channel < channels; channel += TSimd.Count)
        {
            int width = Math.Min(TSimd.Count, channels - channel);
            for (int pixel = 0; pixel < count; pixel += TSimd.Count)
            {
                int pixels = Math.Min(TSimd.Count, count - pixel);
                for (int i = 0; i < TSimd.Count; i++) rows[i] = from + ((pixel + Math.Min(i, pixels - 1)) * pixelStride);
                float* target = to + (channel * channelStride) + pixel;
                if (pixels == TSimd.Count && width == TSimd.Count && !accumulate)
                {
                    TSimd.Transpose(rows, channel, target, channelStride);
                    continue;
                }

                TSimd.Transpose(rows, channel, square, TSimd.Count);
                for (int i = 0; i < width; i++)
                {
                    var value = TSimd.Load(square + (i * TSimd.Count));
                    float* place = target + (i * channelStride);
                    if (accumulate) value += TSimd.LoadPartial(place, pixels);
                    TSimd.StorePartial(value, place, pixels);
                }
            }
        }
    }
}
