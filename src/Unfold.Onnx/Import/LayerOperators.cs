using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>Operators that are layers here: products, convolutions, pooling, normalisation, softmax.</summary>
internal static class LayerOperators
{
    private const int MostWindow = 1 << 16;

    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["AveragePool"] = call => Pool(call, PoolingKind.Average),
        ["BatchNormalization"] = BatchNormalization,
        ["Conv"] = Convolution,
        ["ConvTranspose"] = TransposedConvolution,
        ["Gemm"] = Gemm,
        ["GlobalAveragePool"] = call => Global(call, PoolingKind.Average),
        ["GlobalMaxPool"] = call => Global(call, PoolingKind.Max),
        ["LayerNormalization"] = LayerNormalization,
        ["LogSoftmax"] = call => Softmax(call, (tape, x) => tape.LogSoftmax(x)),
        ["MatMul"] = MatMul,
        ["MaxPool"] = call => Pool(call, PoolingKind.Max),
        ["Resize"] = Resize,
        ["Softmax"] = call => Softmax(call, (tape, x) => tape.Softmax(x)),
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

    private static OnnxTensor[] BatchNormalization(OperatorCall call)
    {
        if (call.Node.Integer("training_mode", 0) != 0)
            throw new FormatException("training_mode is not supported: its statistics are gathered by the layer BatchNorm");
        return [new OnnxTensor(call.Tape.BatchNormalization(call.Real(0), call.Real(1), call.Real(2), call.Real(3), call.Real(4), call.Node.Real("epsilon", 1e-5f)))];
    }

    private static OnnxTensor[] LayerNormalization(OperatorCall call)
    {
        int[] shape = call[0].Sizes, over = shape[OperatorCall.Axis(call.Node.Integer("axis", -1), shape.Length)..];
        Tensor Fitted(OnnxTensor? given, float absent)
        {
            if (given is not null && given.Sizes.AsSpan().SequenceEqual(over))
                return given.Real;
            float[] values = new float[Broadcasting.Length(over)];
            Array.Fill(values, absent);
            OnnxTensor whole = new(over, values);
            return given is null ? whole.Real : Broadcasting.Take(given, over, Broadcasting.Places(given.Sizes, over)).Real;
        }

        float epsilon = call.Node.Real("epsilon", 1e-5f);
        OnnxTensor y = new(call.Tape.LayerNormalization(call.Real(0), Fitted(call[1], 1), Fitted(call.Optional(2), 0), epsilon));
        return call.Node.Outputs.Count > 1 ? [y, .. Statistics(call[0], over.Length, epsilon)] : [y];
    }

    /// <summary>The mean of each row and the inverse of its deviation, which the operator gives beside its result.</summary>
    private static OnnxTensor[] Statistics(OnnxTensor x, int axes, float epsilon)
    {
        int[] shape = x.Sizes, rows = [.. shape.Select((size, axis) => axis < shape.Length - axes ? size : 1)];
        int count = Broadcasting.Length(rows), width = x.Length / Math.Max(1, count);
        float[] means = new float[count], scales = new float[count];
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> values = x.Real.Values.Slice(row * width, width);
            double sum = 0, squares = 0;
            foreach (float value in values)
                sum += value;
            foreach (float value in values)
                squares += (value - (sum / width)) * (value - (sum / width));
            (means[row], scales[row]) = ((float)(sum / width), (float)(1 / Math.Sqrt((squares / width) + epsilon)));
        }

        return [new OnnxTensor(rows, means), new OnnxTensor(rows, scales)];
    }

    private static OnnxTensor[] Softmax(OperatorCall call, Func<Tape, Tensor, Tensor> function)
    {
        int[] shape = call[0].Sizes;
        int axis = OperatorCall.Axis(call.Node.Integer("axis", call.Opset < 13 ? 1 : -1), shape.Length);
        if (call.Opset < 13)
        {
            // Older versions see a matrix whose rows end where the axis begins.
            int[] matrix = [shape[..axis].Aggregate(1, (a, b) => a * b), shape[axis..].Aggregate(1, (a, b) => a * b)];
            return [new OnnxTensor(function(call.Tape, call[0].As(matrix).Real)).As(shape)];
        }

        if (axis == shape.Length - 1)
            return [new OnnxTensor(function(call.Tape, call.Real(0)))];
        int[] swap = [.. Enumerable.Range(0, shape.Length).Select(a => a == axis ? shape.Length - 1 : a == shape.Length - 1 ? axis : a)];
        return [new OnnxTensor(call.Tape.Permute(function(call.Tape, call.Tape.Permute(call.Real(0), swap)), swap))];
    }

    private static OnnxTensor[] Gemm(OperatorCall call)
    {
        ImportedNode node = call.Node;
        (Tensor a, Tensor b) = (call.Real(0), call.Real(1));
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2)
            throw new FormatException($"it multiplies matrices, but got {a.Shape} and {b.Shape}");
        bool turned = node.Integer("transB", 0) != 0;
        if (node.Integer("transA", 0) != 0)
            a = call.Tape.Permute(a, 1, 0);
        float alpha = node.Real("alpha", 1), beta = node.Real("beta", 1);
        OnnxTensor? bias = call.Optional(2);
        int columns = turned ? b.Shape[0] : b.Shape[1];
        if (turned && alpha == 1 && beta == 1 && (bias is null || bias.Sizes is [int size] && size == columns))
            return [new OnnxTensor(call.Tape.Linear(a, b, bias?.Real ?? default))];
        Tensor product = turned ? call.Tape.Linear(a, b) : call.Tape.MatMul(a, b);
        if (alpha != 1)
            product = call.Tape.Scale(product, alpha);
        if (bias is null)
            return [new OnnxTensor(product)];
        Tensor scaled = beta == 1 ? bias.Real : call.Tape.Scale(bias.Real, beta);
        if (bias.Sizes is [int one] && one == columns)
            return [new OnnxTensor(call.Tape.AddBias(product, scaled))];
        int[] shape = [product.Shape[0], columns];
        if (!Broadcasting.Shape(bias.Sizes, shape).AsSpan().SequenceEqual(shape))
            throw new FormatException($"a bias of [{string.Join(", ", bias.Sizes)}] does not fit [{string.Join(", ", shape)}]");
        OnnxTensor spread = Broadcasting.Take(new OnnxTensor(scaled), shape, Broadcasting.Places(bias.Sizes, shape));
        return [new OnnxTensor(call.Tape.Add(product, spread.Real))];
    }

    /// <summary>Matrices in the last two axes, the others fitted to each other.</summary>
    private static OnnxTensor[] MatMul(OperatorCall call)
    {
        (OnnxTensor a, OnnxTensor b) = (call[0], call[1]);
        int[] left = a.Sizes is [int row] ? [1, row] : a.Sizes, right = b.Sizes is [int column] ? [column, 1] : b.Sizes;
        if (left.Length < 2 || right.Length < 2 || left[^1] != right[^2])
            throw new FormatException($"the shapes [{string.Join(", ", a.Sizes)}] and [{string.Join(", ", b.Sizes)}] do not fit");
        int inner = left[^1], rows = left[^2], columns = right[^1];
        int[] shape;
        Tensor result;
        if (right.Length == 2)
        {
            int all = left[..^1].Aggregate(1, (x, y) => checked(x * y));
            result = call.Tape.MatMul(a.Real.Reshape(all, inner), b.Real.Reshape(inner, columns));
            shape = [.. left[..^1], columns];
        }
        else
        {
            if (call.Tape.Recording && (call.Tape.NeedsGradient(a.Real) || call.Tape.NeedsGradient(b.Real)))
                throw new FormatException("no gradient goes through products of more than two matrices");
            int[] outer = Broadcasting.Shape(left[..^2], right[..^2]);
            int[] first = Broadcasting.Places(left[..^2], outer), second = Broadcasting.Places(right[..^2], outer);
            shape = [.. outer, rows, columns];
            Tensor x = a.Real.Reshape(left[..^2].Aggregate(1, (u, v) => u * v), rows, inner), y = b.Real.Reshape(right[..^2].Aggregate(1, (u, v) => u * v), inner, columns);
            result = Tensor.Zeros(new Shape(first.Length, rows, columns));
            for (int i = 0; i < first.Length; i++)
            {
                call.Tape.MatMul(x.Slice(first[i], 1).Reshape(rows, inner), y.Slice(second[i], 1).Reshape(inner, columns)).Values
                    .CopyTo(result.Span.Slice(i * rows * columns, rows * columns));
            }
        }

        if (b.Sizes.Length == 1)
            shape = shape[..^1];
        if (a.Sizes.Length == 1)
            shape = [.. shape[..^(b.Sizes.Length == 1 ? 1 : 2)], .. b.Sizes.Length == 1 ? Array.Empty<int>() : [columns]];
        return [new OnnxTensor(result).As(shape)];
    }

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
