using Unfold.Autodiff.Operations;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Import;

/// <summary>Operators that move numbers and compute none.</summary>
internal static class ShapeOperators
{
    private const int MostNumbers = 1 << 28;

    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["Concat"] = Concat,
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
            return [Broadcasting.Take(call[0], shape, Broadcasting.Places(call[0].Sizes, Checked(shape)))];
        },
        ["Flatten"] = call =>
        {
            int[] shape = call[0].Sizes;
            int axis = call.Node.Integer("axis", 1) == shape.Length ? shape.Length : OperatorCall.Axis(call.Node.Integer("axis", 1), shape.Length);
            return [call[0].As([shape[..axis].Aggregate(1, (a, b) => a * b), shape[axis..].Aggregate(1, (a, b) => a * b)])];
        },
        ["Gather"] = Gather,
        ["Range"] = Range,
        ["Reshape"] = call => [call[0].As(Reshaped(call[0].Sizes, call.AxesAt(1, "shape") ?? throw new FormatException("it has no shape"), call.Node.Integer("allowzero", 0) != 0))],
        ["ReverseSequence"] = ReverseSequence,
        ["Shape"] = call => [new OnnxTensor([call[0].Sizes.Length], [.. call[0].Sizes.Select(size => (long)size)])],
        ["Size"] = call => [new OnnxTensor([], [call[0].Length])],
        ["Slice"] = Slice,
        ["Split"] = Split,
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

    private static int[] Checked(int[] shape) =>
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

    private static OnnxTensor[] Concat(OperatorCall call)
    {
        OnnxTensor[] parts = [.. Enumerable.Range(0, call.Count).Select(i => call[i])];
        int rank = parts[0].Sizes.Length, axis = OperatorCall.Axis(call.Node.Integer("axis", 1), rank);
        if (parts.Any(part => part.Sizes.Length != rank || part.IsWhole != parts[0].IsWhole || part.Sizes.Where((size, a) => a != axis && size != parts[0].Sizes[a]).Any()))
            throw new FormatException($"the shapes {string.Join(" and ", parts.Select(part => $"[{string.Join(", ", part.Sizes)}]"))} do not fit");
        if (axis == rank - 1 && !parts[0].IsWhole)
            return [new OnnxTensor(call.Tape.Concat([.. parts.Select(part => part.Real)]))];
        if (call.Tape.Recording && parts.Any(part => !part.IsWhole && call.Tape.NeedsGradient(part.Real)))
            throw new FormatException("no gradient goes through it but on the last axis");
        int[] shape = [.. parts[0].Sizes];
        shape[axis] = parts.Sum(part => part.Sizes[axis]);
        int outer = shape[..axis].Aggregate(1, (a, b) => a * b), inner = shape[(axis + 1)..].Aggregate(1, (a, b) => a * b);
        List<long> whole = [];
        List<float> real = [];
        for (int o = 0; o < outer; o++)
        {
            foreach (OnnxTensor part in parts)
            {
                int width = part.Sizes[axis] * inner;
                if (part.IsWhole)
                    whole.AddRange(part.Integers.AsSpan(o * width, width));
                else
                    real.AddRange(part.Real.Values.Slice(o * width, width));
            }
        }

        return [parts[0].IsWhole ? new OnnxTensor(shape, whole.ToArray()) : new OnnxTensor(shape, real.ToArray())];
    }

    private static OnnxTensor[] Gather(OperatorCall call)
    {
        (OnnxTensor x, OnnxTensor indices) = (call[0], call[1]);
        int axis = OperatorCall.Axis(call.Node.Integer("axis", 0), x.Sizes.Length), size = x.Sizes[axis];
        int[] wanted = [.. indices.Integers.Select(index => index >= -size && index < size ? (int)(index < 0 ? index + size : index) : throw new FormatException($"there is no {index} among {size}"))];
        int[] shape = [.. x.Sizes[..axis], .. indices.Sizes, .. x.Sizes[(axis + 1)..]];
        Checked(shape);
        if (axis == 0 && !x.IsWhole && x.Sizes.Length > 0)
        {
            int width = x.Length / Math.Max(1, size);
            if (size > 0 && width > 0)
                return [new OnnxTensor(call.Tape.Embedding(x.Real.Reshape(size, width), wanted, new Tensors.Shape(wanted.Length)).Reshape(shape))];
        }

        int outer = x.Sizes[..axis].Aggregate(1, (a, b) => a * b), inner = x.Sizes[(axis + 1)..].Aggregate(1, (a, b) => a * b);
        int[] places = [.. Enumerable.Range(0, outer).SelectMany(o => wanted.SelectMany(index => Enumerable.Range(((o * size) + index) * inner, inner)))];
        return [Broadcasting.Take(x, shape, places)];
    }

    private static OnnxTensor[] Range(OperatorCall call)
    {
        if (!call[0].IsWhole)
            throw new FormatException("a range of real numbers is not supported");
        long first = call[0].Integers[0], end = call[1].Integers[0], step = call[2].Integers[0];
        long count = step == 0 ? throw new FormatException("its step is 0") : Math.Max(0, (long)Math.Ceiling(((double)end - first) / step));
        return count <= MostNumbers ? [new OnnxTensor([(int)count], [.. Enumerable.Range(0, (int)count).Select(i => first + (i * step))])] : throw new FormatException($"{count} numbers are more than can be right");
    }

    private static OnnxTensor[] ReverseSequence(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int time = (int)call.Node.Integer("time_axis", 0), batch = (int)call.Node.Integer("batch_axis", 1);
        if ((time, batch) is not ((0, 1) or (1, 0)) || x.Sizes.Length < 2 || call[1].Length != x.Sizes[batch])
            throw new FormatException("its axes of time and of sequences should be 0 and 1, with a length for each sequence");
        int[] shape = x.Sizes;
        int inner = x.Length / Math.Max(1, shape[0] * shape[1]);
        int[] lengths = [.. call[1].Integers.Select(length => length >= 0 && length <= shape[time] ? (int)length : throw new FormatException($"a length of {length} is not within {shape[time]} steps"))];
        int[] places = new int[x.Length];
        for (int row = 0; row < shape[0] * shape[1]; row++)
        {
            int a = row / shape[1], b = row % shape[1], t = time == 0 ? a : b, n = time == 0 ? b : a;
            int other = t < lengths[n] ? lengths[n] - 1 - t : t, from = time == 0 ? (other * shape[1]) + n : (n * shape[1]) + other;
            for (int i = 0; i < inner; i++)
                places[(row * inner) + i] = (from * inner) + i;
        }

        return [Broadcasting.Take(x, shape, places)];
    }

    private static OnnxTensor[] Slice(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int rank = x.Sizes.Length;
        long[] starts = Given(1, "starts") ?? throw new FormatException("it has no starts"), ends = Given(2, "ends") ?? throw new FormatException("it has no ends");
        long[] axes = Given(3, "axes") ?? [.. Enumerable.Range(0, starts.Length)], strides = Given(4, "") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || strides.Length != starts.Length)
            throw new FormatException("it has not as many starts as ends and axes");
        int[] shape = [.. x.Sizes], steps = Steps(shape);
        int first = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = OperatorCall.Axis(axes[i], rank), size = x.Sizes[axis], stride = OperatorCall.Narrow(Math.Clamp(strides[i], -int.MaxValue, int.MaxValue));
            if (stride == 0)
                throw new FormatException("a step of it is 0");
            long start = Math.Clamp(starts[i] < 0 ? starts[i] + size : starts[i], stride < 0 ? -1 : 0, stride < 0 ? size - 1 : size);
            long end = Math.Clamp(ends[i] < 0 ? Math.Max(ends[i], long.MinValue + size) + size : ends[i], stride < 0 ? -1 : 0, size);
            shape[axis] = (int)Math.Max(0, (end - start + stride - Math.Sign(stride)) / stride);
            first += (int)start * steps[axis];
            steps[axis] *= shape[axis] > 1 ? stride : 1;
        }

        return [Broadcasting.Take(x, shape, Broadcasting.Walk(shape, steps, Broadcasting.Length(shape), first))];

        long[]? Given(int index, string name) => call.Optional(index) is OnnxTensor operand ? operand.Integers : call.Node.Integers(name) is int[] attribute ? [.. attribute.Select(value => (long)value)] : null;
    }

    private static OnnxTensor[] Split(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int axis = OperatorCall.Axis(call.Node.Integer("axis", 0), x.Sizes.Length), size = x.Sizes[axis], count = call.Node.Outputs.Count;
        int each = (size + count - 1) / count;
        int[] parts = call.AxesAt(1, "split") ?? [.. Enumerable.Range(0, count).Select(i => Math.Min(each, size - (i * each)))];
        if (parts.Any(part => part < 0) || parts.Sum() != size || parts.Length != count)
            throw new FormatException($"an axis of {size} is not the sum of [{string.Join(", ", parts)}]");
        int[] steps = Steps(x.Sizes);
        int first = 0;
        return [.. parts.Select(part =>
        {
            int[] shape = [.. x.Sizes];
            shape[axis] = part;
            OnnxTensor taken = Broadcasting.Take(x, shape, Broadcasting.Walk(shape, steps, Broadcasting.Length(shape), first));
            first += part * steps[axis];
            return taken;
        })];
    }
}
