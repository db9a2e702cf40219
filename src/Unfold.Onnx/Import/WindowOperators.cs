using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>Operators that slide windows over the axes behind the channels, or change those axes' lengths.</summary>
internal static class WindowOperators
{
    private const int MostWindow = 1 << 16;

    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["AveragePool"] = call => Pool(call, PoolingKind.Average),
        ["Conv"] = Convolution,
        ["ConvTranspose"] = TransposedConvolution,
        ["GlobalAveragePool"] = call => Global(call, PoolingKind.Average),
        ["GlobalMaxPool"] = call => Global(call, PoolingKind.Max),
        ["MaxPool"] = call => Pool(call, PoolingKind.Max),
        ["Resize"] = Resize,
    };

    private static OnnxTensor[] Pool(OperatorCall call, PoolingKind kind)
    {
        ImportedNode node = call.Node;
        int[] window = node.Integers("kernel_shape") ?? throw new FormatException("it has no kernel_shape"), ones = [.. window.Select(_ => 1)];
        if (window.Any(size => size is < 1 or > MostWindow))
            throw new FormatException($"a window of [{string.Join(", ", window)}] cannot be");
        if (node.Integer("storage_order", 0) != 0)
            throw new FormatException("a storage_order of 1 is not supported");
        Pooling layer = new(
            "pool", kind, window, node.Integers("strides") ?? ones, PaddingOf(node), node.Integers("dilations") ?? ones, node.Integer("ceil_mode", 0) == 1,
            node.Integer("count_include_pad", 0) == 1);
        return [new OnnxTensor(layer.Forward(call.Tape, call.Real(0)))];
    }

    private static OnnxTensor[] Global(OperatorCall call, PoolingKind kind)
    {
        int[] shape = call[0].Sizes;
        return [new OnnxTensor(call.Tape.GlobalPooling(call.Real(0), kind)).As([.. shape.Select((size, axis) => axis < 2 ? size : 1)])];
    }

    private static OnnxTensor[] Convolution(OperatorCall call)
    {
        ImportedNode node = call.Node;
        int axes = call[1].Sizes.Length - 2;
        int[] ones = [.. Enumerable.Repeat(1, Math.Max(0, axes))];
        ConvolutionGeometry geometry = new("Conv", node.Integers("strides") ?? ones, PaddingOf(node), node.Integers("dilations") ?? ones, (int)node.Integer("group", 1), flip: false);
        geometry.CheckOptions(axes, call[1].Sizes is [_, int channels, ..] ? channels * (int)node.Integer("group", 1) : 0, "C");
        return [new OnnxTensor(call.Tape.Convolution(call.Real(0), call.Real(1), call.Optional(2)?.Real ?? default, geometry))];
    }

    private static OnnxTensor[] TransposedConvolution(OperatorCall call)
    {
        ImportedNode node = call.Node;
        if (call[1].Sizes.Length < 3)
            throw new FormatException("its weight should be [C, O / groups, …] with one axis or more");
        int[] kernel = call[1].Sizes[2..], ones = [.. kernel.Select(_ => 1)], strides = node.Integers("strides") ?? ones, dilations = node.Integers("dilations") ?? ones;
        int[] padding = node.Integers("output_padding") ?? [.. kernel.Select(_ => 0)];
        if (node.Integers("output_shape") is int[] wanted)
        {
            if (wanted.Length != kernel.Length || strides.Length != kernel.Length || dilations.Length != kernel.Length || call[0].Sizes.Length != kernel.Length + 2)
                throw new FormatException("its numbers for axes are not as many as its kernel's");
            padding = [.. wanted.Select((size, axis) => size - ((call[0].Sizes[axis + 2] - 1) * strides[axis]) - ((kernel[axis] - 1) * dilations[axis]) - 1)];
        }

        ConvolutionGeometry geometry = new("ConvTranspose", strides, PaddingOf(node), dilations, (int)node.Integer("group", 1), flip: false, padding);
        geometry.CheckOptions(kernel.Length, call[1].Sizes[0], "C");
        return [new OnnxTensor(call.Tape.TransposedConvolution(call.Real(0), call.Real(1), call.Optional(2)?.Real ?? default, geometry))];
    }

    private static Padding PaddingOf(ImportedNode node) => node.Text("auto_pad", "NOTSET") switch
    {
        "SAME_UPPER" => Padding.Same,
        "SAME_LOWER" => Padding.SameLower,
        "VALID" => Padding.None,
        "NOTSET" => node.Integers("pads") is int[] pads ? Padding.Explicit(pads[..(pads.Length / 2)], pads[(pads.Length / 2)..]) : Padding.None,
        string other => throw new FormatException($"an auto_pad of '{other}' is not known"),
    };

    private static OnnxTensor[] Resize(OperatorCall call)
    {
        ImportedNode node = call.Node;
        OnnxTensor scales = call.Optional(2) ?? throw new FormatException("only a resize by factors is supported");
        float[] factors = scales.Real.Values.ToArray();
        bool linear = node.Text("mode", "nearest") == "linear";
        string coordinates = node.Text("coordinate_transformation_mode", "half_pixel"), rounding = node.Text("nearest_mode", "round_prefer_floor");
        bool isKnown = linear ? coordinates == "half_pixel" : node.Text("mode", "nearest") == "nearest" && coordinates == "asymmetric" && rounding == "floor";
        if (!isKnown || factors.Length != call[0].Sizes.Length || factors.Length < 3 || factors[0] != 1 || factors[1] != 1 || factors.Any(factor => factor is < 1 or > MostWindow || factor != MathF.Floor(factor)))
            throw new FormatException("only a resize of the axes behind the channels by whole factors, nearest (asymmetric, floor) or linear (half_pixel), is supported");
        return [new OnnxTensor(call.Tape.Upsample(call.Real(0), linear, [.. factors[2..].Select(factor => (int)factor)]))];
    }
}
