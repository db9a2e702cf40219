using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Onnx.Protocol;
using Unfold.Tensors;

namespace Unfold.Onnx.Export;

/// <summary>Writes layers that slide windows over the axes behind the channels, or that change those axes' lengths.</summary>
internal static class WindowWriter
{
    /// <summary>A layer; see <see cref="LayerWriter.Write"/>.</summary>
    public static string Write(GraphWriter graph, FeedForward layer, string x, Shape input) => layer switch
    {
        Convolution convolution => Convolution(graph, convolution, x, input),
        TransposedConvolution convolution => Transposed(graph, convolution, x),
        Pooling pooling => Pool(graph, pooling, x, input),
        GlobalPooling pooling => Global(graph, pooling, x, input),
        AdaptiveAveragePooling pooling => Adaptive(graph, pooling, x, input),
        Upsample upsample => Upsample(graph, upsample, x),
        _ => throw new InvalidOperationException($"{layer.GetType().Name} slides no window."),
    };

    private static string Convolution(GraphWriter graph, Convolution layer, string x, Shape input)
    {
        Parameter weight = layer.Parameters[0];
        ConvolutionOptions options = layer.Options;
        int[] kernel = LayerWriter.SizesOf(weight.Shape)[2..], strides = ForAxes(options.Stride, kernel), dilations = ForAxes(options.Dilation, kernel);
        string name = layer.Name;
        string weights = options.Flip ? Flipped(graph, weight, kernel) : LayerWriter.Constant(graph, weight);
        return graph.Node("Conv", name, [x, weights, .. layer.Parameters.Skip(1).Select(p => LayerWriter.Constant(graph, p))], Attributes.Of("kernel_shape", kernel),
            Attributes.Of("strides", strides), Attributes.Of("dilations", dilations), Attributes.Of("group", options.Groups), Pads(options.Padding, kernel, strides, dilations, input));
    }

    private static string Transposed(GraphWriter graph, TransposedConvolution layer, string x)
    {
        TransposedConvolutionOptions options = layer.Options;
        int[] kernel = LayerWriter.SizesOf(layer.Parameters[0].Shape)[2..], strides = ForAxes(options.Stride, kernel), dilations = ForAxes(options.Dilation, kernel);
        int[] more = ForAxes(options.OutputPadding, kernel);
        (int Before, int After)[] pads = [.. kernel.Select((size, axis) => options.Padding.OfTransposed(axis, ((size - 1) * dilations[axis]) + 1, strides[axis], more[axis]))];
        return graph.Node("ConvTranspose", layer.Name, [x, .. layer.Parameters.Select(p => LayerWriter.Constant(graph, p))], Attributes.Of("kernel_shape", kernel),
            Attributes.Of("strides", strides), Attributes.Of("dilations", dilations), Attributes.Of("group", options.Groups), Attributes.Of("output_padding", more),
            Attributes.Of("pads", pads.Select(pad => pad.Before).Concat(pads.Select(pad => pad.After))));
    }

    private static string Pool(GraphWriter graph, Pooling layer, string x, Shape input)
    {
        int[] window = [.. layer.Window], strides = [.. layer.Stride], dilations = [.. layer.Dilation];
        (bool ceiling, bool countPadding) = layer.Edges;
        if (layer.Kind == PoolingKind.Sum || (layer.Kind == PoolingKind.Average && (ceiling || dilations.Any(size => size > 1))))
            return Sums(graph, layer, x, input);

        AttributeProto[] attributes =
            [Attributes.Of("kernel_shape", window), Attributes.Of("strides", strides), Attributes.Of("ceil_mode", ceiling ? 1 : 0), Pads(layer.Padding, window, strides, dilations, input)];
        return layer.Kind == PoolingKind.Max
            ? graph.Node("MaxPool", layer.Name, [x], [.. attributes, Attributes.Of("dilations", dilations)])
            : graph.Node("AveragePool", layer.Name, [x], [.. attributes, Attributes.Of("count_include_pad", countPadding ? 1 : 0)]);
    }

    /// <summary>Sums over windows, and the means that no operator gives: a convolution of each channel by itself with ones, and the share of each element in its mean.</summary>
    private static string Sums(GraphWriter graph, Pooling layer, string x, Shape input)
    {
        int channels = input[0], axes = input.Rank - 1;
        int[] window = [.. layer.Window], strides = [.. layer.Stride], dilations = [.. layer.Dilation], sizes = LayerWriter.SizesOf(input)[1..];
        Tensor ones = Tensor.Zeros(new Shape([1, 1, .. sizes]));
        ones.Span.Fill(1);
        Tensor pooled = layer.Forward(Tape.ForInference(), ones);
        int[] result = LayerWriter.SizesOf(pooled.Shape)[2..];

        // The last windows may reach over the end: there are as many zeros as they need.
        int[] before = new int[axes], after = new int[axes];
        for (int axis = 0; axis < axes; axis++)
        {
            int extent = ((window[axis] - 1) * dilations[axis]) + 1;
            (before[axis], after[axis]) = layer.Padding.Of(axis, axis == axes - 1, sizes[axis], extent, strides[axis]);
            after[axis] = Math.Max(after[axis], ((result[axis] - 1) * strides[axis]) + extent - sizes[axis] - before[axis]);
        }

        float[] weights = new float[channels * window.Aggregate(1, (product, size) => product * size)];
        Array.Fill(weights, 1);
        bool isSum = layer.Kind == PoolingKind.Sum;
        string sum = graph.Node("Conv", layer.Name + (isSum ? "" : ".sum"), [x, graph.Constant(layer.Name + ".ones", [channels, 1, .. window], weights)], Attributes.Of("kernel_shape", window),
            Attributes.Of("strides", strides), Attributes.Of("dilations", dilations), Attributes.Of("group", channels), Attributes.Of("pads", before.Concat(after)));
        if (isSum)
            return sum;
        Pooling inside = new(layer.Name, PoolingKind.Sum, window, strides, layer.Padding, dilations, layer.Edges.Ceiling);
        Tensor counts = inside.Forward(Tape.ForInference(), ones);
        float[] share = pooled.Values.ToArray();
        for (int i = 0; i < share.Length; i++)
            share[i] /= counts.Values[i];
        return graph.Node("Mul", layer.Name, [sum, graph.Constant(layer.Name + ".share", result, share)]);
    }

    private static string Global(GraphWriter graph, GlobalPooling layer, string x, Shape input)
    {
        long[] axes = [.. Enumerable.Range(2, input.Rank - 1)];
        return layer.Kind == PoolingKind.Sum
            ? graph.Node("ReduceSum", layer.Name, [x, graph.Integers(axes)], Attributes.Of("keepdims", 0))
            : graph.Node(layer.Kind == PoolingKind.Max ? "ReduceMax" : "ReduceMean", layer.Name, [x], Attributes.Of("axes", axes), Attributes.Of("keepdims", 0));
    }

    /// <summary>Means over windows of unequal sizes, as a product with a matrix on each axis.</summary>
    private static string Adaptive(GraphWriter graph, AdaptiveAveragePooling layer, string x, Shape input)
    {
        int rank = input.Rank + 1;
        for (int axis = 0; axis < layer.Sizes.Count; axis++)
        {
            int from = input[axis + 1], to = layer.Sizes[axis], last = rank - 1, place = axis + 2;
            float[] means = new float[from * to];
            for (int o = 0; o < to; o++)
            {
                int first = (int)((long)o * from / to), end = (int)((((long)o + 1) * from + to - 1) / to);
                for (int i = first; i < end; i++)
                    means[(i * to) + o] = 1f / (end - first);
            }

            int[] swap = [.. Enumerable.Range(0, rank).Select(a => a == place ? last : a == last ? place : a)];
            string name = $"{layer.Name}.{axis}", matrix = graph.Constant(name + ".means", [from, to], means);
            string turned = place == last ? x : graph.Node("Transpose", name + ".turned", [x], Attributes.Of("perm", swap));
            x = graph.Node("MatMul", name, [turned, matrix]);
            if (place != last)
                x = graph.Node("Transpose", name + ".back", [x], Attributes.Of("perm", swap));
        }

        return x;
    }

    private static string Upsample(GraphWriter graph, Upsample layer, string x)
    {
        // Lines between neighbours are defined everywhere for two axes, not for one.
        bool isOneAxis = layer.Factors.Count == 1;
        float[] scales = [1, 1, .. isOneAxis ? new[] { 1f } : [], .. layer.Factors.Select(factor => (float)factor)];
        if (isOneAxis)
            x = graph.Node("Unsqueeze", layer.Name + ".plane", [x, graph.Integers(2)]);
        AttributeProto[] attributes = layer.IsLinear
            ? [Attributes.Of("mode", "linear"), Attributes.Of("coordinate_transformation_mode", "half_pixel")]
            : [Attributes.Of("mode", "nearest"), Attributes.Of("coordinate_transformation_mode", "asymmetric"), Attributes.Of("nearest_mode", "floor")];
        string y = graph.Node("Resize", layer.Name, [x, "", graph.Constant(layer.Name + ".scales", [scales.Length], scales)], attributes);
        return isOneAxis ? graph.Node("Squeeze", layer.Name + ".line", [y, graph.Integers(2)]) : y;
    }

    private static AttributeProto Pads(Padding padding, int[] window, int[] strides, int[] dilations, Shape input)
    {
        (int Before, int After)[] pads = [.. window.Select((size, axis) =>
            padding.Of(axis, axis == window.Length - 1, input[axis + 1], ((size - 1) * dilations[axis]) + 1, strides[axis]))];
        return Attributes.Of("pads", pads.Select(pad => pad.Before).Concat(pads.Select(pad => pad.After)));
    }

    private static int[] ForAxes(IReadOnlyList<int> sizes, int[] kernel) => sizes.Count == kernel.Length ? [.. sizes] : [.. kernel.Select(_ => sizes[0])];

    /// <summary>Each kernel from its end.</summary>
    private static string Flipped(GraphWriter graph, Parameter weight, int[] kernel)
    {
        float[] values = weight.Value.Values.ToArray();
        int length = kernel.Aggregate(1, (product, size) => product * size);
        for (int first = 0; first < values.Length; first += length)
            Array.Reverse(values, first, length);
        return graph.Constant(weight.Name + ".flipped", LayerWriter.SizesOf(weight.Shape), values);
    }
}
