using Unfold.Autodiff.Operations;

namespace Unfold.Onnx.Import;

/// <summary>Operators that take parts of tensors and put them together; gradients go to where numbers come from.</summary>
internal static class PartOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["Concat"] = Concat,
        ["Gather"] = Gather,
        ["OneHot"] = OneHot,
        ["Pad"] = Pad,
        ["ReverseSequence"] = ReverseSequence,
        ["Slice"] = Slice,
        ["Split"] = Split,
    };

    private static OnnxTensor[] Concat(OperatorCall call)
    {
        OnnxTensor[] parts = [.. Enumerable.Range(0, call.Count).Select(i => call[i])];
        int rank = parts[0].Sizes.Length, axis = OperatorCall.Axis(call.Node.Integer("axis", 1), rank);
        if (parts.Any(part => part.Sizes.Length != rank || part.IsWhole != parts[0].IsWhole || part.Sizes.Where((size, a) => a != axis && size != parts[0].Sizes[a]).Any()))
            throw new FormatException($"the shapes {string.Join(" and ", parts.Select(part => $"[{string.Join(", ", part.Sizes)}]"))} do not fit");
        if (axis == rank - 1 && !parts[0].IsWhole)
            return [new OnnxTensor(call.Tape.Concat([.. parts.Select(part => part.Real)]))];
        int[] shape = [.. parts[0].Sizes];
        shape[axis] = parts.Sum(part => part.Sizes[axis]);
        int outer = shape[..axis].Aggregate(1, (a, b) => a * b), inner = shape[(axis + 1)..].Aggregate(1, (a, b) => a * b);
        int[] places = new int[Broadcasting.Length(shape)];
        int next = 0;
        for (int o = 0; o < outer; o++)
        {
            int start = 0;
            foreach (OnnxTensor part in parts)
            {
                int width = part.Sizes[axis] * inner;
                for (int i = 0; i < width; i++)
                    places[next++] = start + (o * width) + i;
                start += part.Length;
            }
        }

        return [call.Take(Joined(call, parts), shape, places)];
    }

    /// <summary>The numbers of several tensors in one row.</summary>
    public static OnnxTensor Joined(OperatorCall call, IReadOnlyList<OnnxTensor> parts) => parts[0].IsWhole
        ? new OnnxTensor([parts.Sum(part => part.Length)], [.. parts.SelectMany(part => part.Integers)])
        : new OnnxTensor(call.Tape.Concat([.. parts.Select(part => part.Real.Reshape(part.Length))]));

    private static OnnxTensor[] Gather(OperatorCall call)
    {
        (OnnxTensor x, OnnxTensor indices) = (call[0], call[1]);
        int axis = OperatorCall.Axis(call.Node.Integer("axis", 0), x.Sizes.Length), size = x.Sizes[axis];
        int[] wanted = [.. indices.Integers.Select(index => index >= -size && index < size ? (int)(index < 0 ? index + size : index) : throw new FormatException($"there is no {index} among {size}"))];
        int[] shape = [.. x.Sizes[..axis], .. indices.Sizes, .. x.Sizes[(axis + 1)..]];
        ShapeOperators.Checked(shape);
        if (axis == 0 && !x.IsWhole && x.Sizes.Length > 0)
        {
            int width = x.Length / Math.Max(1, size);
            if (size > 0 && width > 0)
                return [new OnnxTensor(call.Tape.Embedding(x.Real.Reshape(size, width), wanted, new Tensors.Shape(wanted.Length)).Reshape(shape))];
        }

        int outer = x.Sizes[..axis].Aggregate(1, (a, b) => a * b), inner = x.Sizes[(axis + 1)..].Aggregate(1, (a, b) => a * b);
        int[] places = [.. Enumerable.Range(0, outer).SelectMany(o => wanted.SelectMany(index => Enumerable.Range(((o * size) + index) * inner, inner)))];
        return [call.Take(x, shape, places)];
    }

    /// <summary>For each number a row with one of two values at its place and the other elsewhere; a number that is no place has none.</summary>
    private static OnnxTensor[] OneHot(OperatorCall call)
    {
        (OnnxTensor numbers, OnnxTensor size, OnnxTensor values) = (call[0], call[1], call[2]);
        if (size.Length != 1 || values.Sizes is not [2])
            throw new FormatException("it should have one depth and two values");
        int depth = OperatorCall.Narrow(size.IsWhole ? size.Integers[0] : (long)size.Real.Values[0]);
        long[] wanted = numbers.IsWhole ? numbers.Integers : Array.ConvertAll(numbers.Real.Values.ToArray(), value => (long)value);
        int axis = OperatorCall.Axis(call.Node.Integer("axis", -1), numbers.Sizes.Length + 1);
        int[] shape = ShapeOperators.Checked([.. numbers.Sizes[..axis], depth, .. numbers.Sizes[axis..]]), places = new int[Broadcasting.Length(shape)];
        int inner = numbers.Sizes[axis..].Aggregate(1, (a, b) => a * b);
        for (int i = 0; i < wanted.Length; i++)
        {
            long place = wanted[i] < 0 ? wanted[i] + depth : wanted[i];
            if (place >= 0 && place < depth)
                places[(((i / inner * depth) + (int)place) * inner) + (i % inner)] = 1;
        }

        return [call.Take(values, shape, places)];
    }

    private static OnnxTensor[] Pad(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int rank = x.Sizes.Length;
        int[] given = call.AxesAt(1, "pads") ?? throw new FormatException("it has no pads");
        int[] axes = call.Optional(3) is OnnxTensor some ? [.. some.Integers.Select(axis => OperatorCall.Axis(axis, rank))] : [.. Enumerable.Range(0, rank)];
        if (given.Length != 2 * axes.Length || axes.Distinct().Count() < axes.Length)
            throw new FormatException($"it should have {2 * axes.Length} pads for its axes, but has {given.Length}");
        string mode = call.Node.Text("mode", "constant");
        int[] steps = ShapeOperators.Steps(x.Sizes);

        // For each axis, where its elements come from; -1 for what is added.
        int[][] from = [.. x.Sizes.Select((size, axis) => Array.IndexOf(axes, axis) is int i and >= 0 ? Padded(size, given[i], given[i + axes.Length], mode) : [.. Enumerable.Range(0, size)])];
        int[] shape = ShapeOperators.Checked([.. from.Select(places => places.Length)]), at = new int[rank], found = new int[Broadcasting.Length(shape)];
        for (int i = 0; i < found.Length; i++)
        {
            for (int axis = 0; axis < rank && found[i] >= 0; axis++)
                found[i] = from[axis][at[axis]] < 0 ? -1 : found[i] + (from[axis][at[axis]] * steps[axis]);
            for (int axis = rank - 1; axis >= 0 && ++at[axis] == shape[axis]; axis--)
                at[axis] = 0;
        }

        if (!found.Contains(-1))
            return [call.Take(x, shape, found)];
        OnnxTensor value = call.Optional(2) is { Length: 1 } one ? one.As([1]) : x.IsWhole ? new OnnxTensor([1], [0L]) : new OnnxTensor([1], [call.Node.Real("value", 0)]);
        return [call.Take(Joined(call, [x, value]), shape, Array.ConvertAll(found, place => place < 0 ? x.Length : place))];
    }

    /// <summary>An axis with something before it and behind it, or with less than there was.</summary>
    private static int[] Padded(int size, int before, int after, string mode)
    {
        long length = Math.Max(0, (long)size + before + after);
        ShapeOperators.Checked([OperatorCall.Narrow(length)]);
        if (length > 0 && size == 0 && mode != "constant")
            throw new FormatException("an axis without elements has none to go on with");
        return [.. Enumerable.Range(0, (int)length).Select(i => From(i - before))];

        int From(int place)
        {
            int period = 2 * (size - 1), folded = period == 0 ? 0 : ((place % period) + period) % period;
            return mode switch
            {
                "constant" => place >= 0 && place < size ? place : -1,
                "edge" => Math.Clamp(place, 0, size - 1),
                "wrap" => ((place % size) + size) % size,
                "reflect" => folded < size ? folded : period - folded,
                _ => throw new FormatException($"a mode of '{mode}' is not known"),
            };
        }
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

        return [call.Take(x, shape, places)];
    }

    private static OnnxTensor[] Slice(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int rank = x.Sizes.Length;
        long[] starts = Given(1, "starts") ?? throw new FormatException("it has no starts"), ends = Given(2, "ends") ?? throw new FormatException("it has no ends");
        long[] axes = Given(3, "axes") ?? [.. Enumerable.Range(0, starts.Length)], strides = Given(4, "") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || strides.Length != starts.Length)
            throw new FormatException("it has not as many starts as ends and axes");
        int[] shape = [.. x.Sizes], steps = ShapeOperators.Steps(shape);
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

        return [call.Take(x, shape, Broadcasting.Walk(shape, steps, Broadcasting.Length(shape), first))];

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
        int[] steps = ShapeOperators.Steps(x.Sizes);
        int first = 0;
        return [.. parts.Select(part =>
        {
            int[] shape = [.. x.Sizes];
            shape[axis] = part;
            OnnxTensor taken = call.Take(x, shape, Broadcasting.Walk(shape, steps, Broadcasting.Length(shape), first));
            first += part * steps[axis];
            return taken;
        })];
    }
}
