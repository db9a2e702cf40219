using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Pooling;

/// <summary>The largest element of each window, and where it was.</summary>
/// <remarks>
/// Windows that lie in x wholly are taken a vector of outputs at a time, the others one by one; both compare a window's elements in their order in x and let
/// a later one win only where it is larger, so that the first of equals stays. NaN wins over all numbers.
/// </remarks>
internal static unsafe class MaxPooling
{
    /// <summary>y = the maxima of the windows of some planes, and places = their positions in their planes, unless that is null.</summary>
    public static void Forward(in PoolingShape shape, float* x, float* y, int* places, int planes)
    {
        if (VectorWidth.Bits == 512) Forward<Simd512>(in shape, x, y, places, planes);
        else if (VectorWidth.Bits == 256) Forward<Simd256>(in shape, x, y, places, planes);
        else Forward<Simd128>(in shape, x, y, places, planes);
    }

    /// <summary>dx[places[o]] += d[o] in each of some planes, after setting dx to zero unless <paramref name="accumulate"/>.</summary>
    public static void Backward(float* d, int* places, float* dx, nint inputLength, nint outputLength, int planes, bool accumulate)
    {
        for (int plane = 0; plane < planes; plane++, d += outputLength, places += outputLength, dx += inputLength)
        {
            if (!accumulate) K.Fill(dx, inputLength, 0);
            for (nint o = 0; o < outputLength; o++) dx[places[o]] += d[o];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TSimd>(in PoolingShape shape, float* x, float* y, int* places, int planes)
        where TSimd : struct, ISimd<TSimd>
    {
        PoolingAxis depth = shape.Depth, height = shape.Height, width = shape.Width;
        float* end = x + ((nint)planes * shape.InputLength);
        int* columns = stackalloc int[16];
        for (int lane = 0; lane < 16; lane++) columns[lane] = lane * width.Stride;
        var laneColumns = TSimd.Load((float*)columns);
        int start = width.InteriorStart, stop = width.InteriorEnd;
        for (int plane = 0; plane < planes; plane++, x += shape.InputLength)
        {
            for (int od = 0; od < depth.Output; od++)
            {
                for (int oh = 0; oh < height.Output; oh++, y += width.Output, places = places is null ? null : places + width.Output)
                {
                    WindowRows rows = new(in depth, in height, width.Input, od, oh);
                    for (int o = start; o < stop; o += TSimd.Count)
                    {
                        int count = Math.Min(TSimd.Count, stop - o);
                        var best = Block(x, in rows, in width, o, count, end, laneColumns, out var at);
                        Strided.Store(best, y + o, count);
                        if (places is not null) Strided.Store(at, (float*)(places + o), count);
                    }

                    for (int o = 0; o < start; o++) One(x, in rows, in width, o, y, places);
                    for (int o = stop; o < width.Output; o++) One(x, in rows, in width, o, y, places);
                }
            }
        }
    }

    /// <summary>Neighbouring outputs from <paramref name="o"/> on, whose windows lie in x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Block<TSimd>(
        float* x, in WindowRows rows, in PoolingAxis width, int o, int count, float* end, TSimd laneColumns, out TSimd places)
        where TSimd : struct, ISimd<TSimd>
    {
        int column = (o * width.Stride) - width.Before;
        var best = Strided.Load<TSimd>(x + rows.First + column, width.Stride, count, end);
        places = TSimd.AddBits(laneColumns, TSimd.BroadcastBits((uint)(rows.First + column)));
        for (int i = 0; i < rows.Depths; i++)
        {
            for (int j = 0; j < rows.Heights; j++)
            {
                int place = rows.First + (i * rows.DepthStep) + (j * rows.HeightStep) + column;
                for (int k = 0; k < width.Window; k++, place += width.Dilation)
                {
                    var value = Strided.Load<TSimd>(x + place, width.Stride, count, end);
                    var number = TSimd.Equal(value, value);
                    var larger = TSimd.GreaterThan(value, best) | (number ^ TSimd.BroadcastBits(uint.MaxValue));
                    best = TSimd.Select(larger, value, best);
                    places = TSimd.Select(larger, TSimd.AddBits(laneColumns, TSimd.BroadcastBits((uint)place)), places);
                }
            }
        }

        return best;
    }

    /// <summary>One output, whose window may reach beyond x.</summary>
    private static void One(float* x, in WindowRows rows, in PoolingAxis width, int o, float* y, int* places)
    {
        width.Taps(o, out int column, out int count);
        int best = rows.First + column;
        for (int i = 0; i < rows.Depths; i++)
        {
            for (int j = 0; j < rows.Heights; j++)
            {
                int place = rows.First + (i * rows.DepthStep) + (j * rows.HeightStep) + column;
                for (int k = 0; k < count; k++, place += width.Dilation)
                    if (x[place] > x[best] || float.IsNaN(x[place])) best = place;
            }
        }

        y[o] = x[best];
        if (places is not null) places[o] = best;
    }
}
