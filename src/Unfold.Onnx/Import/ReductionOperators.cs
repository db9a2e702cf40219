using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>Operators that make one number of many.</summary>
internal static class ReductionOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["ArgMax"] = ArgMax,
        ["CumSum"] = CumulativeSum,
        ["ReduceMax"] = Reduced(values => values.Max()),
        ["ReduceMean"] = Reduced(values => values.Average()),
        ["ReduceMin"] = Reduced(values => values.Min()),
        ["ReduceSum"] = Reduced(values => values.Sum()),
        ["ReduceSumSquare"] = Reduced(values => values.Sum(value => value * value)),
        ["TopK"] = TopK,
    };

    private static Operator Reduced(Func<double[], double> function) => call =>
    {
        OnnxTensor x = call[0];
        int[] shape = x.Sizes, given = call.AxesAt(1, "axes") ?? [];
        if (given.Length == 0 && call.Node.Integer("noop_with_empty_axes", 0) != 0)
            return [x];
        int[] axes = given.Length == 0 ? [.. Enumerable.Range(0, shape.Length)] : [.. given.Select(axis => OperatorCall.Axis(axis, shape.Length)).Distinct().Order()];
        int[] kept = [.. shape.Select((size, axis) => axes.Contains(axis) ? 1 : size)], across = [.. axes.Select(axis => shape[axis])];
        int[] steps = ShapeOperators.Steps(shape), starts = Broadcasting.Walk(kept, steps, Broadcasting.Length(kept));
        int[] offsets = Broadcasting.Walk(across, [.. axes.Select(axis => steps[axis])], Broadcasting.Length(across));
        if (offsets.Length == 0)
            throw new FormatException("it reduces nothing");
        int[] final = call.Node.Integer("keepdims", 1) != 0 ? kept : [.. shape.Where((_, axis) => !axes.Contains(axis))];
        if (call.IsTrained(x))
            return [Trained(call, x, starts, offsets).As(final)];

        float[] values = x.Real.Values.ToArray(), result = new float[starts.Length];
        double[] together = new double[offsets.Length];
        for (int i = 0; i < result.Length; i++)
        {
            for (int j = 0; j < together.Length; j++)
                together[j] = values[starts[i] + offsets[j]];
            result[i] = (float)function(together);
        }

        return [new OnnxTensor(final, result)];
    };

    /// <summary>The same so that a gradient goes through: a product with what each number counts, or the greatest or least itself.</summary>
    private static OnnxTensor Trained(OperatorCall call, OnnxTensor x, int[] starts, int[] offsets)
    {
        float[] values = x.Real.Values.ToArray();
        if (call.Node.Type is "ReduceMax" or "ReduceMin")
        {
            int sign = call.Node.Type == "ReduceMax" ? 1 : -1;
            return call.Take(x, [starts.Length], [.. starts.Select(start => start + offsets.MaxBy(offset => sign * values[start + offset]))]);
        }

        float[] share = new float[offsets.Length];
        Array.Fill(share, call.Node.Type == "ReduceMean" ? 1f / share.Length : 1);
        Tensor rows = call.Take(x, [starts.Length, offsets.Length], [.. starts.SelectMany(start => offsets.Select(offset => start + offset))]).Real;
        return new OnnxTensor(call.Tape.MatMul(rows, Tensor.From(share, new Shape(share.Length, 1))));
    }

    private static OnnxTensor[] ArgMax(OperatorCall call)
    {
        OnnxTensor x = call[0];
        if (call.Node.Integer("select_last_index", 0) != 0)
            throw new FormatException("the last of several greatest is not supported");
        int[] shape = x.Sizes;
        int axis = OperatorCall.Axis(call.Node.Integer("axis", 0), shape.Length);
        int[] kept = [.. shape], steps = ShapeOperators.Steps(shape);
        kept[axis] = 1;
        float[] values = x.Real.Values.ToArray();
        long[] found = [.. Broadcasting.Walk(kept, steps, Broadcasting.Length(kept)).Select(start => (long)Enumerable.Range(0, shape[axis]).MaxBy(i => values[start + (i * steps[axis])]))];
        return [new OnnxTensor(call.Node.Integer("keepdims", 1) != 0 ? kept : [.. shape.Where((_, a) => a != axis)], found)];
    }

    /// <summary>The sums of all elements up to each on an axis, from its beginning or from its end, the element itself left out where it is exclusive.</summary>
    private static OnnxTensor[] CumulativeSum(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int[] shape = x.Sizes, kept = [.. shape], steps = ShapeOperators.Steps(shape);
        int axis = OperatorCall.Axis(call[1].Integers is [long one] ? one : throw new FormatException("its axis is one number"), shape.Length);
        bool isExclusive = call.Node.Integer("exclusive", 0) != 0, isReverse = call.Node.Integer("reverse", 0) != 0;
        kept[axis] = Math.Min(1, shape[axis]);
        double[] values = x.IsWhole ? Array.ConvertAll(x.Integers, value => (double)value) : Array.ConvertAll(x.Real.Values.ToArray(), value => (double)value), sums = new double[values.Length];
        foreach (int start in Broadcasting.Walk(kept, steps, Broadcasting.Length(kept)))
        {
            double sum = 0;
            for (int i = 0; i < shape[axis]; i++)
            {
                int place = start + ((isReverse ? shape[axis] - 1 - i : i) * steps[axis]);
                sums[place] = isExclusive ? sum : sum + values[place];
                sum += values[place];
            }
        }

        return [x.IsWhole ? new OnnxTensor(shape, Array.ConvertAll(sums, sum => (long)sum)) : new OnnxTensor(shape, Array.ConvertAll(sums, sum => (float)sum))];
    }

    /// <summary>The greatest or least on an axis in their order, of equal ones the first, and their places.</summary>
    private static OnnxTensor[] TopK(OperatorCall call)
    {
        OnnxTensor x = call[0];
        int[] shape = x.Sizes;
        int axis = OperatorCall.Axis(call.Node.Integer("axis", -1), shape.Length), size = shape[axis];
        long wanted = call.Optional(1) is OnnxTensor given ? given is { IsWhole: true, Length: 1 } ? given.Integers[0] : -1 : call.Node.Integer("k", -1);
        int count = wanted >= 0 && wanted <= size ? (int)wanted : throw new FormatException($"its k should be one number from 0 to {size}");
        bool isLargest = call.Node.Integer("largest", 1) != 0;
        int[] kept = [.. shape], steps = ShapeOperators.Steps(shape), result = [.. shape];
        (kept[axis], result[axis]) = (1, count);
        float[] values = x.Real.Values.ToArray();
        int[] found = new int[Broadcasting.Length(result)];
        long[] places = new long[found.Length];
        int[] from = Broadcasting.Walk(kept, steps, Broadcasting.Length(kept)), to = Broadcasting.Walk(kept, ShapeOperators.Steps(result), from.Length);
        int step = steps[axis], resultStep = ShapeOperators.Steps(result)[axis];
        for (int i = 0; i < from.Length; i++)
        {
            int start = from[i], next = to[i];
            IEnumerable<int> all = Enumerable.Range(0, size);
            foreach (int place in (isLargest ? all.OrderByDescending(k => values[start + (k * step)]) : all.OrderBy(k => values[start + (k * step)])).Take(count))
            {
                (found[next], places[next]) = (start + (place * step), place);
                next += resultStep;
            }
        }

        return [call.Take(x, result, found), new OnnxTensor(result, places)];
    }
}
