using Unfold.Kernels.Pooling;

namespace Unfold.Autodiff.Reference;

/// <summary>Pooling and enlargement of planes [planes, D, H, W].</summary>
internal static partial class ReferenceMath<T>
{
    /// <summary>y[p, o] = the largest of x[p, ..] in the window of o.</summary>
    public static void MaxPooling(ReadOnlySpan<T> x, int planes, PoolingShape shape, Span<T> y)
    {
        for (int o = 0; o < planes * shape.OutputLength; o++)
            y[o] = x[Largest(x, Places(shape, o))];
    }

    /// <summary>dx[p, i] += the sum of d[p, o] over the windows of which i is the first of the largest.</summary>
    public static void MaxPoolingBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> x, int planes, PoolingShape shape, Span<T> dx)
    {
        for (int o = 0; o < planes * shape.OutputLength; o++)
            dx[Largest(x, Places(shape, o))] += d[o];
    }

    /// <summary>y[p, o] = the sum of x[p, ..] in the window of o, divided by the divisor of o where there is one.</summary>
    public static void SumPooling(ReadOnlySpan<T> x, int planes, PoolingShape shape, Func<int, int> divisor, Span<T> y)
    {
        for (int o = 0; o < planes * shape.OutputLength; o++)
        {
            T sum = T.Zero;
            foreach (int place in Places(shape, o))
                sum += x[place];
            y[o] = sum / T.CreateChecked(divisor(o % shape.OutputLength));
        }
    }

    /// <summary>dx[p, i] += the sum of d[p, o] over the windows in which i lies, each divided by the divisor of o.</summary>
    public static void SumPoolingBackward(ReadOnlySpan<T> d, int planes, PoolingShape shape, Func<int, int> divisor, Span<T> dx)
    {
        for (int o = 0; o < planes * shape.OutputLength; o++)
        {
            foreach (int place in Places(shape, o))
                dx[place] += d[o] / T.CreateChecked(divisor(o % shape.OutputLength));
        }
    }

    /// <summary>y[p, o] = the mean of x[p, ..] in window o of the output's sizes, which cover the input evenly.</summary>
    public static void AdaptiveAveragePooling(ReadOnlySpan<T> x, int planes, int[] input, int[] output, Span<T> y)
    {
        int from = input[0] * input[1] * input[2], to = output[0] * output[1] * output[2];
        for (int o = 0; o < planes * to; o++)
        {
            int[] places = Covered(input, output, o % to);
            y[o] = T.Zero;
            foreach (int place in places)
                y[o] += x[o / to * from + place] / T.CreateChecked(places.Length);
        }
    }

    /// <summary>dx[p, i] += the sum of d[p, o] / n over the windows, of n elements, in which i lies.</summary>
    public static void AdaptiveAveragePoolingBackward(ReadOnlySpan<T> d, int planes, int[] input, int[] output, Span<T> dx)
    {
        int from = input[0] * input[1] * input[2], to = output[0] * output[1] * output[2];
        for (int o = 0; o < planes * to; o++)
        {
            int[] places = Covered(input, output, o % to);
            foreach (int place in places)
                dx[o / to * from + place] += d[o] / T.CreateChecked(places.Length);
        }
    }

    /// <summary>y[p, o] = the sum of x[p, i] times the product, over the axes, of the weight of i in o: of the nearest, or of the two between which o lies.</summary>
    public static void Upsample(ReadOnlySpan<T> x, int planes, int[] input, int[] factors, bool linear, Span<T> y)
    {
        foreach ((int o, int i, T weight) in Weights(planes, input, factors, linear, y))
            y[o] += weight * x[i];
    }

    /// <summary>dx[p, i] += the sum of d[p, o] times the weight of i in o.</summary>
    public static void UpsampleBackward(ReadOnlySpan<T> d, int planes, int[] input, int[] factors, bool linear, Span<T> dx)
    {
        foreach ((int o, int i, T weight) in Weights(planes, input, factors, linear, []))
            dx[i] += weight * d[o];
    }

    /// <summary>The positions in x of the elements of an output's window, in their order.</summary>
    private static List<int> Places(PoolingShape shape, int output)
    {
        (int plane, int o) = Math.DivRem(output, shape.OutputLength);
        int w = o % shape.Width.Output, h = o / shape.Width.Output % shape.Height.Output, d = o / shape.Width.Output / shape.Height.Output;
        return [.. from depth in Line(shape.Depth, d) from height in Line(shape.Height, h) from width in Line(shape.Width, w)
                   select ((plane * shape.Depth.Input + depth) * shape.Height.Input + height) * shape.Width.Input + width];
    }

    private static IEnumerable<int> Line(PoolingAxis axis, int output) =>
        from k in Enumerable.Range(0, axis.Window)
        let place = output * axis.Stride - axis.Before + k * axis.Dilation
        where place >= 0 && place < axis.Input
        select place;

    private static int Largest(ReadOnlySpan<T> x, List<int> places)
    {
        int best = places[0];
        foreach (int place in places)
            best = x[place] > x[best] ? place : best;
        return best;
    }

    private static int[] Covered(int[] input, int[] output, int o)
    {
        int[] at = [o / output[2] / output[1], o / output[2] % output[1], o % output[2]];
        IEnumerable<int> On(int axis) => Enumerable.Range(0, input[axis])
            .Where(i => i >= at[axis] * input[axis] / output[axis] && i * output[axis] < (at[axis] + 1) * input[axis]);
        return [.. from d in On(0) from h in On(1) from w in On(2) select (d * input[1] + h) * input[2] + w];
    }

    /// <summary>Every pair of an output and an input with its weight; y is set to zero.</summary>
    private static IEnumerable<(int Output, int Input, T Weight)> Weights(int planes, int[] input, int[] factors, bool linear, Span<T> y)
    {
        y.Clear();
        int[] sizes = [.. input.Zip(factors, (size, factor) => size * factor)];
        return from plane in Enumerable.Range(0, planes)
               from d in Enumerable.Range(0, sizes[0])
               from h in Enumerable.Range(0, sizes[1])
               from w in Enumerable.Range(0, sizes[2])
               from depth in Between(d, input[0], factors[0], linear)
               from height in Between(h, input[1], factors[1], linear)
               from width in Between(w, input[2], factors[2], linear)
               select (((plane * sizes[0] + d) * sizes[1] + h) * sizes[2] + w,
                   ((plane * input[0] + depth.Place) * input[1] + height.Place) * input[2] + width.Place,
                   depth.Weight * height.Weight * width.Weight);
    }

    private static (int Place, T Weight)[] Between(int output, int input, int factor, bool linear)
    {
        if (!linear)
            return [(output / factor, T.One)];
        T half = T.One / T.CreateChecked(2);
        T source = T.Max(T.Zero, (T.CreateChecked(output) + half) / T.CreateChecked(factor) - half);
        int low = int.CreateChecked(T.Floor(source));
        T weight = source - T.Floor(source);
        return [(low, T.One - weight), (Math.Min(low + 1, input - 1), weight)];
    }
}
