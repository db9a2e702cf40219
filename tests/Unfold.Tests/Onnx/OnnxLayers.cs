using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Onnx;

/// <summary>How the layers of this library compute ONNX operators: one entry for each operator.</summary>
internal static class OnnxLayers
{
    /// <summary>The operators of which every test is run: those that a layer computes.</summary>
    public static IEnumerable<string> Tested => Operators.Keys.Except(Views.Keys);

    /// <summary>Operators that occur beside the tested ones and move no numbers.</summary>
    private static Dictionary<string, OnnxOperator> Views { get; } = new(StringComparer.Ordinal)
    {
        ["Squeeze"] = (node, inputs, _) => [Reshaped(inputs[0]!, Without(inputs[0]!.Shape, node.Integers("axes")!))],
        ["Unsqueeze"] = (node, inputs, _) => [Reshaped(inputs[0]!, With(inputs[0]!.Shape, node.Integers("axes")!))],
    };

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, OnnxOperator> Operators { get; } = new Dictionary<string, OnnxOperator>(Views, StringComparer.Ordinal)
    {
        ["AveragePool"] = (node, inputs, _) => [Apply(Pool(node, PoolingKind.Average, inputs[0]!.Shape), inputs[0]!)],
        ["BatchNormalization"] = (node, inputs, _) => BatchNormalization(node, inputs),
        ["Flatten"] = (_, inputs, _) => [Apply(new Flatten("flatten"), inputs[0]!)],
        ["GlobalAveragePool"] = (_, inputs, _) => [Global(PoolingKind.Average, inputs[0]!)],
        ["GlobalMaxPool"] = (_, inputs, _) => [Global(PoolingKind.Max, inputs[0]!)],
        ["LayerNormalization"] = (node, inputs, _) => [LayerNormalization(node, inputs)],
        ["MaxPool"] = (node, inputs, _) => [Apply(Pool(node, PoolingKind.Max, inputs[0]!.Shape), inputs[0]!)],
    };

    /// <summary>Operators of which a layer gives the first output alone, and what the others are.</summary>
    public static IReadOnlyDictionary<string, string> FirstOutputAlone { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["LayerNormalization"] = "mean and inverse deviation, kept for a backward pass, which a tape does by itself",
    };

    private static Pooling Pool(OnnxNode node, PoolingKind kind, int[] shape)
    {
        int[] window = node.Integers("kernel_shape")!, ones = [.. window.Select(_ => 1)];
        int[] strides = node.Integers("strides") ?? ones, dilations = node.Integers("dilations") ?? ones;
        return new Pooling(
            "pool", kind, window, strides, PaddingOf(node, shape, window, strides, dilations), dilations, node.Integer("ceil_mode", 0) == 1,
            node.Integer("count_include_pad", 0) == 1);
    }

    /// <summary>The padding of a pooling or a convolution.</summary>
    private static Padding PaddingOf(OnnxNode node, int[] shape, int[] window, int[] strides, int[] dilations)
    {
        int axes = window.Length;
        switch (node.Text("auto_pad", "NOTSET"))
        {
            case "SAME_UPPER":
                return Padding.Same;
            case "SAME_LOWER":
                // As Same, but where the padding is odd one more before.
                int[] total = [.. window.Select((size, axis) =>
                    Math.Max(0, ((shape[axis + 2] - 1) / strides[axis]) * strides[axis] + (size - 1) * dilations[axis] + 1 - shape[axis + 2]))];
                return Padding.Explicit([.. total.Select(t => t - t / 2)], [.. total.Select(t => t / 2)]);
            default:
                return node.Integers("pads") is { } pads ? Padding.Explicit(pads[..axes], pads[axes..]) : Padding.None;
        }
    }

    private static OnnxTensor Global(PoolingKind kind, OnnxTensor x) =>
        Reshaped(Apply(new GlobalPooling("pool", kind), x), [x.Shape[0], x.Shape[1], .. x.Shape[2..].Select(_ => 1)]);

    private static OnnxTensor[] BatchNormalization(OnnxNode node, OnnxTensor?[] inputs)
    {
        ParameterSet set = new();
        float momentum = 1 - node.Real("momentum", 0.9f);
        BatchNorm layer = new(set, "bn", inputs[1]!.Shape[0], momentum, node.Real("epsilon", 1e-5f));
        set.Allocate(0);
        foreach ((Parameter parameter, OnnxTensor? value) in layer.Parameters.Zip(inputs[1..]))
            value!.ToTensor().Values.CopyTo(parameter.Value.Span);
        OnnxTensor x = inputs[0]!;
        if (node.Integer("training_mode", 0) == 0)
            return [Apply(layer, x)];

        Tensor y = layer.Forward(new Tape(), x.ToTensor());
        OnnxTensor variance = OnnxTensor.From(set["bn.running_var"].Value);

        // What is gathered is ONNX's biased variance times count / (count - 1): PyTorch's.
        double count = (double)x.Values.Length / layer.Channels;
        double[] before = inputs[4]!.Values;
        double[] biased = [.. variance.Values.Select((v, c) => (v - (1 - momentum) * before[c]) * (count - 1) / count + (1 - momentum) * before[c])];
        return [OnnxTensor.From(y), OnnxTensor.From(set["bn.running_mean"].Value), variance with { Values = biased }];
    }

    private static OnnxTensor LayerNormalization(OnnxNode node, OnnxTensor?[] inputs)
    {
        ParameterSet set = new();
        int axis = node.Integer("axis", -1), rank = inputs[0]!.Shape.Length;
        LayerNorm layer = new(set, "ln", inputs[0]!.Shape[(axis < 0 ? axis + rank : axis)..], node.Real("epsilon", 1e-5f));
        set.Allocate(0);
        foreach ((Parameter parameter, OnnxTensor? value) in layer.Parameters.Zip(inputs[1..]))
            value!.ToTensor().Values.CopyTo(parameter.Value.Span);
        return Apply(layer, inputs[0]!);
    }

    /// <summary>A layer outside training.</summary>
    private static OnnxTensor Apply(FeedForward layer, OnnxTensor x) => OnnxTensor.From(layer.Forward(Tape.ForInference(), x.ToTensor()));

    private static OnnxTensor Reshaped(OnnxTensor tensor, int[] shape) => tensor with { Shape = shape };

    private static int[] Without(int[] shape, int[] axes) => [.. shape.Where((_, axis) => !axes.Contains(axis))];

    private static int[] With(int[] shape, int[] axes)
    {
        List<int> sizes = [.. shape];
        foreach (int axis in axes.Order())
            sizes.Insert(axis, 1);
        return [.. sizes];
    }
}
