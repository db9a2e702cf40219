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
        ["AveragePool"] = (node, inputs, _) => [Apply(Pool(node, PoolingKind.Average), inputs[0]!)],
        ["BatchNormalization"] = (node, inputs, _) => BatchNormalization(node, inputs),
        ["Conv"] = (node, inputs, _) => [Convolution(node, inputs)],
        ["ConvTranspose"] = (node, inputs, _) => [TransposedConvolution(node, inputs)],
        ["Flatten"] = (_, inputs, _) => [Apply(new Flatten("flatten"), inputs[0]!)],
        ["GlobalAveragePool"] = (_, inputs, _) => [Global(PoolingKind.Average, inputs[0]!)],
        ["GlobalMaxPool"] = (_, inputs, _) => [Global(PoolingKind.Max, inputs[0]!)],
        ["LayerNormalization"] = (node, inputs, _) => [LayerNormalization(node, inputs)],
        ["MaxPool"] = (node, inputs, _) => [Apply(Pool(node, PoolingKind.Max), inputs[0]!)],
    };

    /// <summary>Operators of which a layer gives the first output alone, and what the others are.</summary>
    public static IReadOnlyDictionary<string, string> FirstOutputAlone { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["LayerNormalization"] = "mean and inverse deviation, kept for a backward pass, which a tape does by itself",
    };

    private static Pooling Pool(OnnxNode node, PoolingKind kind)
    {
        int[] window = node.Integers("kernel_shape")!, ones = [.. window.Select(_ => 1)];
        int[] strides = node.Integers("strides") ?? ones, dilations = node.Integers("dilations") ?? ones;
        return new Pooling(
            "pool", kind, window, strides, PaddingOf(node), dilations, node.Integer("ceil_mode", 0) == 1,
            node.Integer("count_include_pad", 0) == 1);
    }

    private static OnnxTensor Convolution(OnnxNode node, OnnxTensor?[] inputs)
    {
        int[] weight = inputs[1]!.Shape;
        int groups = node.Integer("group", 1);
        ConvolutionOptions options = new()
        {
            Stride = node.Integers("strides") ?? [1],
            Padding = PaddingOf(node),
            Dilation = node.Integers("dilations") ?? [1],
            Groups = groups,
            Bias = inputs.Length > 2,
        };
        ParameterSet set = new();
        return ApplyWith(set, new Convolution(set, "conv", weight[1] * groups, weight[0], weight[2..], options), inputs);
    }

    private static OnnxTensor TransposedConvolution(OnnxNode node, OnnxTensor?[] inputs)
    {
        int[] weight = inputs[1]!.Shape, kernel = weight[2..], ones = [.. kernel.Select(_ => 1)];
        int[] strides = node.Integers("strides") ?? ones, dilations = node.Integers("dilations") ?? ones;
        int groups = node.Integer("group", 1);

        // A wanted output that is longer than what comes by itself is padded at its end.
        int[] padding = node.Integers("output_shape") is { } wanted
            ? [.. wanted.Select((size, axis) => size - (inputs[0]!.Shape[axis + 2] - 1) * strides[axis] - (kernel[axis] - 1) * dilations[axis] - 1)]
            : node.Integers("output_padding") ?? [0];
        TransposedConvolutionOptions options = new()
        {
            Stride = strides,
            Padding = PaddingOf(node),
            Dilation = dilations,
            OutputPadding = padding,
            Groups = groups,
            Bias = inputs.Length > 2,
        };
        ParameterSet set = new();
        return ApplyWith(set, new TransposedConvolution(set, "conv", weight[0], weight[1] * groups, kernel, options), inputs);
    }

    /// <summary>The padding of a pooling or a convolution.</summary>
    private static Padding PaddingOf(OnnxNode node) => node.Text("auto_pad", "NOTSET") switch
    {
        "SAME_UPPER" => Padding.Same,
        "SAME_LOWER" => Padding.SameLower,
        _ => node.Integers("pads") is { } pads ? Padding.Explicit(pads[..(pads.Length / 2)], pads[(pads.Length / 2)..]) : Padding.None,
    };

    private static OnnxTensor Global(PoolingKind kind, OnnxTensor x) =>
        Reshaped(Apply(new GlobalPooling("pool", kind), x), [x.Shape[0], x.Shape[1], .. x.Shape[2..].Select(_ => 1)]);

    private static OnnxTensor[] BatchNormalization(OnnxNode node, OnnxTensor?[] inputs)
    {
        ParameterSet set = new();
        float momentum = 1 - node.Real("momentum", 0.9f);
        BatchNorm layer = new(set, "bn", inputs[1]!.Shape[0], momentum, node.Real("epsilon", 1e-5f));
        OnnxTensor x = inputs[0]!, outside = ApplyWith(set, layer, inputs);
        if (node.Integer("training_mode", 0) == 0)
            return [outside];

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
        return ApplyWith(set, layer, inputs);
    }

    /// <summary>A layer outside training, whose parameters are the operator's further inputs.</summary>
    private static OnnxTensor ApplyWith(ParameterSet set, FeedForward layer, OnnxTensor?[] inputs)
    {
        set.Allocate(0);
        foreach ((Parameter parameter, OnnxTensor? value) in layer.Parameters.Zip(inputs[1..]))
        {
            Tensor values = value!.ToTensor();
            Assert.Equal(parameter.Shape, values.Shape);
            values.Values.CopyTo(parameter.Value.Span);
        }

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
