using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Pooling;

/// <summary>The sum of each window, or its mean.</summary>
/// <remarks>A window's elements are added in their order in x, whatever its neighbours and the vector width.</remarks>
internal static unsafe class SumPooling
{
    /// <summary>y = the sums of the windows of some planes, divided by the elements of each if <paramref name="average"/>.</summary>
    public static void Forward(in PoolingShape shape, float* x, float* y, int planes, bool average, bool countPadding)
    {
        if (VectorWidth.Bits == 512) Forward<Simd512>(in shape, x, y, planes, average, countPadding);
        else if (VectorWidth.Bits == 256) Forward<Simd256>(in shape, x, y, planes, average, countPadding);
        else Forward<Simd128>(in shape, x, y, planes, average, countPadding);
    }

    /// <summary>dx += the gradients of the windows that each element lies in, after setting dx to zero unless <paramref name="accumulate"/>.</summary>
    public static void Backward(in PoolingShape shape, float* d, float* dx, int planes, bool average, bool countPadding, bool accumulate)
    {
        PoolingAxis depth = shape.Depth, height = shape.Height, width = shape.Width;
        float* divisors = Scratch.Current.Reserve((2 * (nint)width.Output) + width.Input);
        float* scaled = divisors + width.Output, spread = scaled + width.Output;
        FillDivisors(in width, divisors, countPadding);
        for (int plane = 0; plane < planes; plane++, dx += shape.InputLength)
        {
            if (!accumulate) K.Fill(dx, shape.InputLength, 0);
            for (int od = 0; od < depth.Output; od++)
            {
                for (int oh = 0; oh < height.Output; oh++, d += width.Output)
                {
                    WindowRows rows = new(in depth, in height, width.Input, od, oh);
                    K.Copy(d, scaled, width.Output);
                    if (average)
                    {
                        K.Divide(scaled, divisors, scaled, width.Output);
                        float others = depth.Divisor(od, countPadding) * height.Divisor(oh, countPadding);
                        K.Scale(scaled, scaled, width.Output, 1 / others);
                    }

                    Spread(in width, scaled, spread);
                    for (int i = 0; i < rows.Depths; i++)
                    {
                        for (int j = 0; j < rows.Heights; j++)
                            K.Accumulate(spread, dx + rows.First + (i * rows.DepthStep) + (j * rows.HeightStep), width.Input);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<TSimd>(in PoolingShape shape, float* x, float* y, int planes, bool average, bool countPadding)
        where TSimd : struct, ISimd<TSimd>
    {
        PoolingAxis depth = shape.Depth, height = shape.Height, width = shape.Width;
        float* divisors = Scratch.Current.Reserve(width.Output);
        FillDivisors(in width, divisors, countPadding);
        float* end = x + ((nint)planes * shape.InputLength);
        int start = width.InteriorStart, stop = width.InteriorEnd;
        for (int plane = 0; plane < planes; plane++, x += shape.InputLength)
        {
            for (int od = 0; od < depth.Output; od++)
            {
                for (int oh = 0; oh < height.Output; oh++, y += width.Output)
                {
                    WindowRows rows = new(in depth, in height, width.Input, od, oh);
                    for (int o = start; o < stop; o += TSimd.Count)
                    {
                        int count = Math.Min(TSimd.Count, stop - o);
                        Strided.Store(Block<TSimd>(x, in rows, in width, o, count, end), y + o, count);
                    }

                    for (int o = 0; o < start; o++) y[o] = One(x, in rows, in width, o);
                    for (int o = stop; o < width.Output; o++) y[o] = One(x, in rows, in width, o);
                    if (!average) continue;
                    float others = depth.Divisor(od, countPadding) * height.Divisor(oh, countPadding);
                    K.Divide(y, divisors, y, width.Output);
                    K.Scale(y, y, width.Output, 1 / others);
                }
            }
        }
    }

    /// <summary>Neighbouring outputs from <paramref name="o"/> on, whose windows lie in x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Block<TSimd>(float* x, in WindowRows rows, in PoolingAxis width, int o, int count, float* end)
        where TSimd : struct, ISimd<TSimd>
    {
        var sum = TSimd.Zero;
        for (int i = 0; i < rows.Depths; i++)
        {
            for (int j = 0; j < rows.Heights; j++)
            {
                float* at = x + rows.First + (i * rows.DepthStep) + (j * rows.HeightStep) + (o * width.Stride) - width.Before;
                for (int k = 0; k < width.Window; k++, at += width.Dilation)
                    sum += Strided.Load<TSimd>(at, width.Stride, count, end);
            }
        }

        return sum;
    }

    /// <summary>One output, whose window may reach beyond x.</summary>
    private static float One(float* x, in WindowRows rows, in PoolingAxis width, int o)
    {
        width.Taps(o, out int column, out int count);
        float sum = 0;
        for (int i = 0; i < rows.Depths; i++)
        {
            for (int j = 0; j < rows.Heights; j++)
            {
                float* at = x + rows.First + (i * rows.DepthStep) + (j * rows.HeightStep) + column;
                for (int k = 0; k < count; k++, at += width.Dilation) sum += *at;
            }
        }

        return sum;
    }

    /// <summary>spread[i] = the sum of d[o] over the windows o, of this axis alone, that i lies in.</summary>
    private static void Spread(in PoolingAxis width, float* d, float* spread)
    {
        K.Fill(spread, width.Input, 0);
        for (int k = 0; k < width.Window; k++)
        {
            // Output o reaches element o * Stride + shift.
            int shift = (k * width.Dilation) - width.Before;
            int first = shift < 0 ? (width.Stride - 1 - shift) / width.Stride : 0;
            int last = Math.Min(width.Output - 1, shift < width.Input ? (width.Input - 1 - shift) / width.Stride : -1);
            if (width.Stride == 1 && first <= last)
            {
                K.Accumulate(d + first, spread + first + shift, last - first + 1);
                continue;
            }

            float* target = spread + shift;
            for (int o = first; o <= last; o++) target[o * width.Stride] += d[o];
        }
    }

    private static void FillDivisors(in PoolingAxis width, float* divisors, bool countPadding)
    {
        for (int o = 0; o < width.Output; o++) divisors[o] = width.Divisor(o, countPadding);
    }
}
