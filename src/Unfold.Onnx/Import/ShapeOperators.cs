using Unfold.Autodiff.Operations;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Import;

/// <summary>Operators that make constants and shapes, and see numbers in other shapes.</summary>
internal static class ShapeOperators
{
    private const int MostNumbers = 1 << 28;

    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["Constant"] = Constant,
        ["ConstantOfShape"] = call =>
        {
            int[] shape = Sizes(call[0]);
            OnnxTensor value = call.Node.Tensor("value") is TensorProto given ? TensorReader.Read(given, null) : new OnnxTensor([1], new float[1]);
            return [Broadcasting.Take(value, shape, new int[Broadcasting.Length(shape)])];
        },
        ["Expand"] = call =>
        {
            int[] shape = Broadcasting.Shape(call[0].Sizes, Sizes(call[1]));
            return [call.Take(call[0], shape, Broadcasting.Places(call[0].Sizes, Checked(shape)))];
        },
        ["Flatten"] = call =>
        {
            int[] shape = call[0].Sizes;
            int axis = call.Node.Integer("axis", 1) == shape.Length ? shape.Length : OperatorCall.Axis(call.Node.Integer("axis", 1), shape.Length);
            return [call[0].As([shape[..axis].Aggregate(1, (a, b) => a * b), shape[axis..].Aggregate(1, (a, b) => a * b)])];
        },
        ["Range"] = Range,
        ["Reshape"] = call => [call[0].As(Reshaped(call[0].Sizes, call.AxesAt(1, "shape") ?? throw new FormatException("it has no shape"), call.Node.Integer("allowzero", 0) != 0))],
        ["Shape"] = call => [new OnnxTensor([call[0].Sizes.Length], [.. call[0].Sizes.Select(size => (long)size)])],
        ["Size"] = call => [new OnnxTensor([], [call[0].Length])],
        ["Squeeze"] = call =>
        {
            int[] shape = call[0].Sizes;
            int[] axes = call.AxesAt(1, "axes") is int[] given ? [.. given.Select(axis => OperatorCall.Axis(axis, shape.Length))] : [.. Enumerable.Range(0, shape.Length).Where(axis => shape[axis] == 1)];
            return axes.All(axis => shape[axis] == 1) ? [call[0].As([.. shape.Where((_, axis) => !axes.Contains(axis))])] : throw new FormatException($"an axis of [{string.Join(", ", shape)}] that should go is longer than 1");
        },
        ["Transpose"] = call =>
        {
            int[] shape = call[0].Sizes, order = call.Node.Integers("perm") ?? [.. Enumerable.Range(0, shape.Length).Reverse()];
            if (!order.Order().SequenceEqual(Enumerable.Range(0, shape.Length)))
                throw new FormatException($"[{string.Join(", ", order)}] is no order of {shape.Length} axes");
            if (!call[0].IsWhole)
                return [new OnnxTensor(call.Tape.Permute(call.Real(0), order))];
            int[] steps = Steps(shape), turned = [.. order.Select(axis => shape[axis])];
            return [Broadcasting.Take(call[0], turned, Broadcasting.Walk(turned, [.. order.Select(axis => steps[axis])], call[0].Length))];
        },
        ["Unsqueeze"] = call =>
        {
            int[] axes = call.AxesAt(1, "axes") ?? throw new FormatException("it has no axes");
            int rank = call[0].Sizes.Length + axes.Length;
            List<int> shape = [.. call[0].Sizes];
            foreach (int axis in axes.Select(axis => OperatorCall.Axis(axis, rank)).Order())
                shape.Insert(Math.Min(axis, shape.Count), 1);
            return [call[0].As([.. shape])];
        },
    };

    /// <summary>How far an element is from the next one on each axis.</summary>
    public static int[] Steps(int[] shape)
    {
        int[] steps = new int[shape.Length];
        for (int axis = shape.Length - 1, step = 1; axis >= 0; axis--)
            (steps[axis], step) = (step, step * shape[axis]);
        return steps;
    }

    private static int[] Sizes(OnnxTensor shape) => Checked([.. shape.Integers.Select(OperatorCall.Narrow)]);

    /// <summary>A shape of a tensor that can be made.</summary>
    /// <exception cref="FormatException">It is too large to be meant.</exception>
    public static int[] Checked(int[] shape) =>
        Broadcasting.Length(shape) <= MostNumbers ? shape : throw new FormatException($"a tensor of [{string.Join(", ", shape)}] is larger than can be right");

    private static int[] Reshaped(int[] from, int[] to, bool allowZero)
    {
        int[] shape = [.. to.Select((size, axis) => size != 0 || allowZero ? size : axis < from.Length ? from[axis] : throw new FormatException("it keeps an axis that is not there"))];
        int open = Array.IndexOf(shape, -1);
        if (open >= 0)
        {
            long rest = shape.Where((_, axis) => axis != open).Aggregate(1L, (a, b) => checked(a * b)), length = Broadcasting.Length(from);
            shape[open] = rest > 0 && length % rest == 0 ? (int)(length / rest) : throw new FormatException($"{length} numbers do not fit [{string.Join(", ", to)}]");
        }

        return shape;
    }

    private static OnnxTensor[] Constant(OperatorCall call) =>
        [call.Node.Tensor("value") is TensorProto tensor ? TensorReader.Read(tensor, null)
            : call.Node.Has("value_float") ? new OnnxTensor([], [call.Node.Real("value_float", 0)])
            : call.Node.Has("value_int") ? new OnnxTensor([], [call.Node.Integer("value_int", 0)])
            : call.Node.Reals("value_floats") is float[] reals ? new OnnxTensor([reals.Length], reals)
            : call.Node.Integers("value_ints") is int[] whole ? new OnnxTensor([whole.Length], [.. whole.Select(value => (long)value)])
            : throw new FormatException("it has no value of a kind that is supported")];

    private static OnnxTensor[] Range(OperatorCall call)
    {
        if (!call[0].IsWhole)
            throw new FormatException("a range of real numbers is not supported");
        long first = call[0].Integers[0], end = call[1].Integers[0], step = call[2].Integers[0];
        long count = step == 0 ? throw new FormatException("its step is 0") : Math.Max(0, (long)Math.Ceiling(((double)end - first) / step));
        return count <= MostNumbers ? [new OnnxTensor([(int)count], [.. Enumerable.Range(0, (int)count).Select(i => first + (i * step))])] : throw new FormatException($"{count} numbers are more than can be right");
    }

}
