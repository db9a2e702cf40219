using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Import;

/// <summary>Operators that compute each element from the elements at its place.</summary>
internal static class ElementwiseOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal)
    {
        ["Abs"] = Each(MathF.Abs, Math.Abs),
        ["Add"] = Pair((tape, a, b) => tape.Add(a, b), (a, b) => a + b, (a, b) => a + b),
        ["And"] = Truth((a, b) => a != 0 && b != 0, null),
        ["Cast"] = Cast,
        ["Clip"] = Clip,
        ["Cos"] = Each(MathF.Cos),
        ["Div"] = call => call.IsTrained(call[0]) || call.IsTrained(call[1]) ? [Share(call)] : [Pairs(call[0], call[1], (a, b) => a / b, (a, b) => a / b)],
        ["Dropout"] = call => call.Tape.Training && call.Tape.Recording ? throw new FormatException("dropout in training is not supported") : [call[0], Ones(call[0])],
        ["Elu"] = call => [Of(call.Tape.Elu(call.Real(0), call.Node.Real("alpha", 1)))],
        ["Equal"] = Truth((a, b) => a == b, (a, b) => a == b),
        ["Erf"] = Each(x => (2 * ScalarFunctions.NormalCdf(x * MathF.Sqrt(2))) - 1),
        ["Exp"] = Each(MathF.Exp),
        ["Gelu"] = call => [Gelu(call)],
        ["Greater"] = Truth((a, b) => a > b, (a, b) => a > b),
        ["GreaterOrEqual"] = Truth((a, b) => a >= b, (a, b) => a >= b),
        ["HardSigmoid"] = call => Numbers(call, (call.Node.Real("alpha", 0.2f), call.Node.Real("beta", 0.5f)), (x, k) => Math.Clamp((k.Item1 * x) + k.Item2, 0, 1)),
        ["Identity"] = call => [call[0]],
        ["LeakyRelu"] = call => [Of(call.Tape.LeakyRelu(call.Real(0), call.Node.Real("alpha", 0.01f)))],
        ["Less"] = Truth((a, b) => a < b, (a, b) => a < b),
        ["LessOrEqual"] = Truth((a, b) => a <= b, (a, b) => a <= b),
        ["Log"] = Each(MathF.Log),
        ["Max"] = Many((a, b) => a >= b ? a : b, Math.Max),
        ["Min"] = Many((a, b) => b >= a ? a : b, Math.Min),
        ["Mul"] = Pair((tape, a, b) => tape.Multiply(a, b), (a, b) => a * b, (a, b) => a * b),
        ["Neg"] = Each(x => -x, x => -x),
        ["Not"] = call => [new OnnxTensor(call[0].Sizes, Array.ConvertAll(call[0].Integers, value => value == 0 ? 1L : 0))],
        ["Or"] = Truth((a, b) => a != 0 || b != 0, null),
        ["Pow"] = Pair(null, MathF.Pow, null),
        ["PRelu"] = Pair(null, (x, slope) => x < 0 ? slope * x : x, null),
        ["Reciprocal"] = Each(x => 1 / x),
        ["Relu"] = call => [Of(call.Tape.Relu(call.Real(0)))],
        ["Selu"] = call => Numbers(call, (call.Node.Real("alpha", 1.67326319f), call.Node.Real("gamma", 1.05070102f)), (x, k) => k.Item2 * (x > 0 ? x : k.Item1 * (MathF.Exp(x) - 1))),
        ["Sigmoid"] = call => [Of(call.Tape.Sigmoid(call.Real(0)))],
        ["Sign"] = Each(x => MathF.Sign(x), x => Math.Sign(x)),
        ["Sin"] = Each(MathF.Sin),
        ["Softplus"] = call => [Of(call.Tape.Softplus(call.Real(0)))],
        ["Softsign"] = Each(x => x / (1 + MathF.Abs(x))),
        ["Sqrt"] = Each(MathF.Sqrt),
        ["Sub"] = Pair((tape, a, b) => tape.Subtract(a, b), (a, b) => a - b, (a, b) => a - b),
        ["Tanh"] = call => [Of(call.Tape.Tanh(call.Real(0)))],
        ["ThresholdedRelu"] = call => Numbers(call, (call.Node.Real("alpha", 1), 0f), (x, k) => x > k.Item1 ? x : 0),
        ["Where"] = Where,
    };

    public static OnnxTensor Of(Tensor tensor) => new(tensor);

    private static Operator Each(Func<float, float> real, Func<long, long>? whole = null) => call =>
    {
        OnnxTensor x = call[0];
        if (x.IsWhole && whole is not null)
            return [new OnnxTensor(x.Sizes, Array.ConvertAll(x.Integers, value => whole(value)))];
        return [new OnnxTensor(x.Sizes, Array.ConvertAll(x.Real.Values.ToArray(), value => real(value)))];
    };

    private static OnnxTensor[] Numbers(OperatorCall call, (float, float) numbers, Func<float, (float, float), float> function) =>
        [new OnnxTensor(call[0].Sizes, Array.ConvertAll(call.Real(0).Values.ToArray(), value => function(value, numbers)))];

    /// <summary>Two operands; where a tape can do it, so that gradients go through.</summary>
    private static Operator Pair(Func<Tape, Tensor, Tensor, Tensor>? onTape, Func<float, float, float> real, Func<long, long, long>? whole) => call =>
    {
        // Before version 7 of the operators, shapes could also be fitted from an axis on.
        if (call.Node.Has("axis"))
            throw new FormatException("it is of a version before 7 and fits shapes from an axis on, which is not supported");
        (OnnxTensor a, OnnxTensor b) = (call[0], call[1]);
        if (onTape is not null && !a.IsWhole && !b.IsWhole && a.Sizes.AsSpan().SequenceEqual(b.Sizes))
            return [Of(onTape(call.Tape, a.Real, b.Real))];
        if (call.Node.Type == "Add" && !a.IsWhole && !b.IsWhole && b.Sizes is [int size] && a.Sizes is [_, .., int last] && size == last && size > 0)
            return [Of(call.Tape.AddBias(a.Real, b.Real))];
        if (onTape is null || (!call.IsTrained(a) && !call.IsTrained(b)))
            return [Pairs(a, b, real, whole)];
        int[] shape = Broadcasting.Shape(a.Sizes, b.Sizes);
        return [Of(onTape(call.Tape, call.Take(a, shape, Broadcasting.Places(a.Sizes, shape)).Real, call.Take(b, shape, Broadcasting.Places(b.Sizes, shape)).Real))];
    };

    /// <summary>A quotient through which a gradient goes, to what is divided.</summary>
    private static OnnxTensor Share(OperatorCall call)
    {
        (OnnxTensor a, OnnxTensor b) = (call[0], call[1]);
        if (call.IsTrained(b))
            throw new FormatException("no gradient goes to what it divides by, so that what comes before that cannot be trained");
        int[] shape = Broadcasting.Shape(a.Sizes, b.Sizes);
        OnnxTensor inverse = new(b.Sizes, Array.ConvertAll(b.Real.Values.ToArray(), value => 1 / value));
        return Of(call.Tape.Multiply(call.Take(a, shape, Broadcasting.Places(a.Sizes, shape)).Real, Broadcasting.Take(inverse, shape, Broadcasting.Places(b.Sizes, shape)).Real));
    }

    private static OnnxTensor Pairs(OnnxTensor a, OnnxTensor b, Func<float, float, float> real, Func<long, long, long>? whole)
    {
        int[] shape = Broadcasting.Shape(a.Sizes, b.Sizes), left = Broadcasting.Places(a.Sizes, shape), right = Broadcasting.Places(b.Sizes, shape);
        if (a.IsWhole && b.IsWhole && whole is not null)
        {
            long[] x = a.Integers, y = b.Integers, z = new long[left.Length];
            for (int i = 0; i < z.Length; i++)
                z[i] = whole(x[left[i]], y[right[i]]);
            return new OnnxTensor(shape, z);
        }

        ReadOnlySpan<float> u = a.Real.Values, v = b.Real.Values;
        float[] w = new float[left.Length];
        for (int i = 0; i < w.Length; i++)
            w[i] = real(u[left[i]], v[right[i]]);
        return new OnnxTensor(shape, w);
    }

    private static Operator Many(Func<float, float, float> real, Func<long, long, long> whole) => call =>
        [Enumerable.Range(1, call.Count - 1).Aggregate(call[0], (result, i) => Pairs(result, call[i], real, whole))];

    private static Operator Truth(Func<long, long, bool> whole, Func<float, float, bool>? real) => call =>
    {
        (OnnxTensor a, OnnxTensor b) = (call[0], call[1]);
        if (a.IsWhole)
            return [Pairs(a, b, (_, _) => 0, (x, y) => whole(x, y) ? 1 : 0)];
        if (real is null)
            throw new FormatException("real numbers stand where truth values are needed");
        OnnxTensor found = Pairs(a, b, (x, y) => real(x, y) ? 1 : 0, null);
        return [new OnnxTensor(found.Sizes, Array.ConvertAll(found.Real.Values.ToArray(), value => (long)value))];
    };

    private static OnnxTensor Ones(OnnxTensor x)
    {
        long[] ones = new long[x.Length];
        Array.Fill(ones, 1);
        return new OnnxTensor(x.Sizes, ones);
    }

    private static OnnxTensor Gelu(OperatorCall call) => call.Node.Text("approximate", "none") == "tanh"
        ? Numbers(call, default, (x, _) => 0.5f * x * (1 + MathF.Tanh(0.7978845608f * (x + (0.044715f * x * x * x)))))[0]
        : Of(call.Tape.Gelu(call.Real(0)));

    private static OnnxTensor[] Clip(OperatorCall call)
    {
        float Bound(int index, string name, float absent) => call.Optional(index) is OnnxTensor bound
            ? bound.Length == 1 ? bound.Real.Values[0] : throw new FormatException("a bound is one number") : call.Node.Real(name, absent);
        return Numbers(call, (Bound(1, "min", float.MinValue), Bound(2, "max", float.MaxValue)), (x, bounds) => MathF.Min(MathF.Max(x, bounds.Item1), bounds.Item2));
    }

    private static OnnxTensor[] Cast(OperatorCall call)
    {
        OnnxTensor x = call[0];
        return (DataType)call.Node.Integer("to", 0) switch
        {
            DataType.Float or DataType.Double or DataType.Float16 => [x.IsWhole ? new OnnxTensor(x.Sizes, Array.ConvertAll(x.Integers, value => (float)value)) : x],
            DataType.Int64 or DataType.Int32 => [x.IsWhole ? x : new OnnxTensor(x.Sizes, Array.ConvertAll(x.Real.Values.ToArray(), value => (long)value))],
            DataType.Bool => [new OnnxTensor(x.Sizes, x.IsWhole ? Array.ConvertAll(x.Integers, value => value != 0 ? 1L : 0) : Array.ConvertAll(x.Real.Values.ToArray(), value => value != 0 ? 1L : 0))],
            DataType other => throw new FormatException($"a cast to {other} is not supported"),
        };
    }

    private static OnnxTensor[] Where(OperatorCall call)
    {
        (OnnxTensor condition, OnnxTensor a, OnnxTensor b) = (call[0], call[1], call[2]);
        int[] shape = Broadcasting.Shape(condition.Sizes, a.Sizes, b.Sizes), places = Broadcasting.Places(condition.Sizes, shape);
        int[] left = Broadcasting.Places(a.Sizes, shape), right = Broadcasting.Places(b.Sizes, shape);
        long[] truth = condition.Integers;
        if (a.IsWhole)
            return [new OnnxTensor(shape, [.. places.Select((place, i) => truth[place] != 0 ? a.Integers[left[i]] : b.Integers[right[i]])])];
        ReadOnlySpan<float> x = a.Real.Values, y = b.Real.Values;
        float[] z = new float[places.Length];
        for (int i = 0; i < z.Length; i++)
            z[i] = truth[places[i]] != 0 ? x[left[i]] : y[right[i]];
        return [new OnnxTensor(shape, z)];
    }
}
