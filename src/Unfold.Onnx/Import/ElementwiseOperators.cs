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
        ["Abs"] = Each(MathF.Abs, x => MathF.Sign(x), Math.Abs),
        ["Add"] = Pair((tape, a, b) => tape.Add(a, b), (a, b) => a + b, (a, b) => a + b),
        ["And"] = Truth((a, b) => a != 0 && b != 0, null),
        ["Cast"] = Cast,
        ["Clip"] = Clip,
        ["Cos"] = Each(MathF.Cos, x => -MathF.Sin(x)),
        ["Div"] = Pair((tape, a, b) => tape.Multiply(a, FunctionOperation.Of(tape, b, x => 1 / x, x => -1 / (x * x))), (a, b) => a / b, (a, b) => a / b),
        ["Dropout"] = call => call.Tape.Training && call.Tape.Recording ? throw new FormatException("dropout in training is not supported") : [call[0], Ones(call[0])],
        ["Elu"] = call => [Of(call.Tape.Elu(call.Real(0), call.Node.Real("alpha", 1)))],
        ["Equal"] = Truth((a, b) => a == b, (a, b) => a == b),
        ["Erf"] = Each(x => (2 * ScalarFunctions.NormalCdf(x * MathF.Sqrt(2))) - 1, x => 2 / MathF.Sqrt(MathF.PI) * MathF.Exp(-x * x)),
        ["Exp"] = Each(MathF.Exp, MathF.Exp),
        ["Gelu"] = call => [Gelu(call)],
        ["Greater"] = Truth((a, b) => a > b, (a, b) => a > b),
        ["GreaterOrEqual"] = Truth((a, b) => a >= b, (a, b) => a >= b),
        ["HardSigmoid"] = call =>
        {
            (float alpha, float beta) = (call.Node.Real("alpha", 0.2f), call.Node.Real("beta", 0.5f));
            return Function(call, x => Math.Clamp((alpha * x) + beta, 0, 1), x => (alpha * x) + beta is > 0 and < 1 ? alpha : 0);
        },
        ["HardSwish"] = Each(x => x * Math.Clamp((x / 6) + 0.5f, 0, 1), x => x <= -3 ? 0 : x >= 3 ? 1 : (x / 3) + 0.5f),
        ["Identity"] = call => [call[0]],
        ["LeakyRelu"] = call => [Of(call.Tape.LeakyRelu(call.Real(0), call.Node.Real("alpha", 0.01f)))],
        ["Less"] = Truth((a, b) => a < b, (a, b) => a < b),
        ["LessOrEqual"] = Truth((a, b) => a <= b, (a, b) => a <= b),
        ["Log"] = Each(MathF.Log, x => 1 / x),
        ["Max"] = Many((a, b) => a >= b, Math.Max),
        ["Min"] = Many((a, b) => b >= a, Math.Min),
        ["Mul"] = Pair((tape, a, b) => tape.Multiply(a, b), (a, b) => a * b, (a, b) => a * b),
        ["Neg"] = Each(x => -x, _ => -1, x => -x),
        ["Not"] = call => [new OnnxTensor(call[0].Sizes, Array.ConvertAll(call[0].Integers, value => value == 0 ? 1L : 0))],
        ["Or"] = Truth((a, b) => a != 0 || b != 0, null),
        ["Pow"] = Power,
        ["PRelu"] = Pair(null, (x, slope) => x < 0 ? slope * x : x, null),
        ["Reciprocal"] = Each(x => 1 / x, x => -1 / (x * x)),
        ["Relu"] = call => [Of(call.Tape.Relu(call.Real(0)))],
        ["Selu"] = call =>
        {
            (float alpha, float gamma) = (call.Node.Real("alpha", 1.67326319f), call.Node.Real("gamma", 1.05070102f));
            return Function(call, x => gamma * (x > 0 ? x : alpha * (MathF.Exp(x) - 1)), x => gamma * (x > 0 ? 1 : alpha * MathF.Exp(x)));
        },
        ["Sigmoid"] = call => [Of(call.Tape.Sigmoid(call.Real(0)))],
        ["Sign"] = Each(x => MathF.Sign(x), _ => 0, x => Math.Sign(x)),
        ["Sin"] = Each(MathF.Sin, MathF.Cos),
        ["Softplus"] = call => [Of(call.Tape.Softplus(call.Real(0)))],
        ["Softsign"] = Each(x => x / (1 + MathF.Abs(x)), x => 1 / ((1 + MathF.Abs(x)) * (1 + MathF.Abs(x)))),
        ["Sqrt"] = Each(MathF.Sqrt, x => 0.5f / MathF.Sqrt(x)),
        ["Sub"] = Pair((tape, a, b) => tape.Subtract(a, b), (a, b) => a - b, (a, b) => a - b),
        ["Tanh"] = call => [Of(call.Tape.Tanh(call.Real(0)))],
        ["ThresholdedRelu"] = call =>
        {
            float alpha = call.Node.Real("alpha", 1);
            return Function(call, x => x > alpha ? x : 0, x => x > alpha ? 1 : 0);
        },
        ["Where"] = Where,
    };

    public static OnnxTensor Of(Tensor tensor) => new(tensor);

    /// <summary>A function of real numbers with its derivative, and of whole ones where it has one.</summary>
    private static Operator Each(Func<float, float> real, Func<float, float> slope, Func<long, long>? whole = null) => call =>
        call[0].IsWhole && whole is not null ? [new OnnxTensor(call[0].Sizes, Array.ConvertAll(call[0].Integers, value => whole(value)))] : Function(call, real, slope);

    private static OnnxTensor[] Function(OperatorCall call, Func<float, float> real, Func<float, float> slope) => [Of(FunctionOperation.Of(call.Tape, call.Real(0), real, slope))];

    private static OnnxTensor[] Power(OperatorCall call)
    {
        if (call[1] is { IsWhole: false, Length: 1 } one && !call.IsTrained(one) && Broadcasting.Shape(call[0].Sizes, one.Sizes).AsSpan().SequenceEqual(call[0].Sizes))
        {
            float power = one.Real.Values[0];
            return Function(call, x => MathF.Pow(x, power), x => power == 0 ? 0 : power * MathF.Pow(x, power - 1));
        }

        if (call.IsTrained(call[0]) || call.IsTrained(call[1]))
            throw new FormatException("no gradient goes through it but where the power is one constant number");
        return [Pairs(call[0], call[1], MathF.Pow, null)];
    }

    /// <summary>Two operands; where a tape can do it, so that gradients go through.</summary>
    private static Operator Pair(Func<Tape, Tensor, Tensor, Tensor>? onTape, Func<float, float, float> real, Func<long, long, long>? whole) => call =>
    {
        // Before version 7 of the operators, shapes could also be fitted from an axis on.
        if (call.Node.Has("axis"))
            throw new FormatException("it is of a version before 7 and fits shapes from an axis on, which is not supported");
        (OnnxTensor a, OnnxTensor b) = (call[0], call[1]);
        if (onTape is not null && call.Node.Type != "Div" && !a.IsWhole && !b.IsWhole && a.Sizes.AsSpan().SequenceEqual(b.Sizes))
            return [Of(onTape(call.Tape, a.Real, b.Real))];
        if (call.Node.Type == "Add" && !a.IsWhole && !b.IsWhole && b.Sizes is [int size] && a.Sizes is [_, .., int last] && size == last && size > 0)
            return [Of(call.Tape.AddBias(a.Real, b.Real))];
        if (onTape is null || (!call.IsTrained(a) && !call.IsTrained(b)))
            return [Pairs(a, b, real, whole)];
        int[] shape = Broadcasting.Shape(a.Sizes, b.Sizes);
        return [Of(onTape(call.Tape, call.Take(a, shape, Broadcasting.Places(a.Sizes, shape)).Real, call.Take(b, shape, Broadcasting.Places(b.Sizes, shape)).Real))];
    };

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

    /// <summary>The one of several that wins against the others; a gradient goes to it.</summary>
    private static Operator Many(Func<float, float, bool> isFirst, Func<long, long, long> whole) => call =>
        [Enumerable.Range(1, call.Count - 1).Aggregate(call[0], (found, i) => found.IsWhole || call[i].IsWhole
            ? Pairs(found, call[i], (_, _) => throw new FormatException("whole numbers stand beside real ones"), whole)
            : Chosen(call, Pairs(found, call[i], (a, b) => isFirst(a, b) ? 1 : 0, null).Real.Values.ToArray(), found, call[i]))];

    /// <summary>Elements of one tensor where there is a 1, else of another, both fitted to a shape.</summary>
    private static OnnxTensor Chosen(OperatorCall call, float[] first, OnnxTensor a, OnnxTensor b, int[]? shape = null)
    {
        shape ??= Broadcasting.Shape(a.Sizes, b.Sizes);
        int[] left = Broadcasting.Places(a.Sizes, shape), right = Broadcasting.Places(b.Sizes, shape);
        return call.Take(PartOperators.Joined(call, [a, b]), shape, [.. first.Select((one, i) => one != 0 ? left[i] : a.Length + right[i])]);
    }

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

    private static OnnxTensor Gelu(OperatorCall call)
    {
        if (call.Node.Text("approximate", "none") != "tanh")
            return Of(call.Tape.Gelu(call.Real(0)));
        const float Scale = 0.7978845608f, Cubed = 0.044715f;
        return Function(call, x => 0.5f * x * (1 + Inner(x)), x => (0.5f * (1 + Inner(x))) + (0.5f * x * (1 - (Inner(x) * Inner(x))) * Scale * (1 + (3 * Cubed * x * x))))[0];

        static float Inner(float x) => MathF.Tanh(Scale * (x + (Cubed * x * x * x)));
    }

    private static OnnxTensor[] Clip(OperatorCall call)
    {
        float Bound(int index, string name, float absent) => call.Optional(index) is OnnxTensor bound
            ? bound.Length == 1 ? bound.Real.Values[0] : throw new FormatException("a bound is one number") : call.Node.Real(name, absent);
        (float lowest, float highest) = (Bound(1, "min", float.MinValue), Bound(2, "max", float.MaxValue));
        return Function(call, x => MathF.Min(MathF.Max(x, lowest), highest), x => x > lowest && x < highest ? 1 : 0);
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
        if (a.IsWhole != b.IsWhole)
            throw new FormatException("whole numbers stand beside real ones");
        int[] shape = Broadcasting.Shape(condition.Sizes, a.Sizes, b.Sizes);
        long[] truth = condition.Integers;
        return [Chosen(call, Array.ConvertAll(Broadcasting.Places(condition.Sizes, shape), place => truth[place] != 0 ? 1f : 0), a, b, shape)];
    }
}
