using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>Operators that bring numbers to a common scale: normalisation and softmax.</summary>
internal static class NormalizationOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["BatchNormalization"] = BatchNormalization,
        ["GroupNormalization"] = GroupNormalization,
        ["InstanceNormalization"] = call => [InGroups(call, call[0].Sizes is [_, int channels, ..] ? channels : 0)],
        ["LayerNormalization"] = LayerNormalization,
        ["LogSoftmax"] = call => Softmax(call, (tape, x) => tape.LogSoftmax(x)),
        ["RMSNormalization"] = RootMeanSquareNormalization,
        ["Softmax"] = call => Softmax(call, (tape, x) => tape.Softmax(x)),
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
            return given is null ? whole.Real : call.Take(given, over, Broadcasting.Places(given.Sizes, over)).Real;
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

    private static OnnxTensor[] GroupNormalization(OperatorCall call)
    {
        long groups = call.Node.Integer("num_groups", 0);
        int[] shape = call[0].Sizes;
        if (shape.Length < 2 || groups < 1 || shape[1] % groups != 0)
            throw new FormatException($"{groups} groups do not divide the channels of [{string.Join(", ", shape)}]");
        return [InGroups(call, (int)groups)];
    }

    /// <summary>The channels of each item in groups, each brought to the mean 0 and the variance 1, then scaled and shifted by channel; before version 21, by group.</summary>
    private static OnnxTensor InGroups(OperatorCall call, int groups)
    {
        (Tensor x, Tensor gain, Tensor bias) = (call.Real(0), call.Real(1), call.Real(2));
        if (x.Shape.Rank < 3 || gain.Shape.Rank != 1 || bias.Shape != gain.Shape || (gain.Shape[0] != groups && gain.Shape[0] != x.Shape[1]))
            throw new FormatException($"x should be [N, C, …] with scale and bias of its channels, but they are {x.Shape}, {gain.Shape} and {bias.Shape}");
        int rows = x.Shape[0] * groups, width = x.Shape.Length / Math.Max(1, rows), parts = gain.Shape[0];
        Tensor normal = call.Tape.LayerNormalization(x.Reshape(rows, width), Filled(1, width), Filled(0, width), call.Node.Real("epsilon", 1e-5f));

        // With a mean of 0 and a variance of 1, what is left of a batch's normalisation is scale and shift.
        Tensor scaled = call.Tape.BatchNormalization(normal.Reshape(x.Shape[0], parts, x.Shape.Length / (x.Shape[0] * parts)), gain, bias, Filled(0, parts), Filled(1, parts), 0);
        return new OnnxTensor(scaled).As(call[0].Sizes);
    }

    /// <summary>x / sqrt(mean(x²) + epsilon) · scale over the last axes.</summary>
    private static OnnxTensor[] RootMeanSquareNormalization(OperatorCall call)
    {
        int[] shape = call[0].Sizes, over = shape[OperatorCall.Axis(call.Node.Integer("axis", -1), shape.Length)..];
        int width = Broadcasting.Length(over), rows = call[0].Length / Math.Max(1, width);
        OnnxTensor scale = call.Take(call[1], [width], Broadcasting.Places(call[1].Sizes, over));

        // Numbers beside their opposites have the mean 0 and the variance mean(x²): their layer normalisation is this one, twice.
        Tensor x = call.Real(0).Reshape(rows, width), both = call.Tape.Concat(x, call.Tape.Scale(x, -1));
        Tensor twice = call.Tape.LayerNormalization(both, call.Tape.Concat(scale.Real, Filled(0, width)), Filled(0, 2 * width), call.Node.Real("epsilon", 1e-5f));
        int[] first = [.. Enumerable.Range(0, rows).Select(row => 2 * row)];
        return [new OnnxTensor(call.Tape.Embedding(twice.Reshape(2 * rows, width), first, new Shape(rows))).As(shape)];
    }

    private static Tensor Filled(float value, int length)
    {
        float[] values = new float[length];
        Array.Fill(values, value);
        return Tensor.From(values, new Shape(length));
    }
}
