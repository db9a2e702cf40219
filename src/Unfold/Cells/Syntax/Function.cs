using Unfold.Cells.Graph;

namespace Unfold.Cells.Syntax;

/// <summary>What kind of thing a function makes of its operands.</summary>
internal enum FunctionKind
{
    /// <summary>Elementwise, of one value; the result has its shape.</summary>
    Elementwise,

    /// <summary>Elementwise, of two values; a number is broadcast.</summary>
    Pair,

    /// <summary>Across a vector, giving a vector.</summary>
    Across,

    /// <summary>Across one vector, or two of equal size, giving a number.</summary>
    Reduction,

    /// <summary>Random: dropout, zoneout.</summary>
    Random,
}

/// <summary>A function of the language: how many values it takes, and how many numbers after them.</summary>
internal sealed record Function(string Name, FunctionKind Kind, int Values, int Numbers, Operation Operation, string Usage)
{
    /// <summary>Every function by its name.</summary>
    public static IReadOnlyDictionary<string, Function> All { get; } = MakeAll().ToDictionary(f => f.Name);

    private static IEnumerable<Function> MakeAll()
    {
        (string, Operation)[] elementwise =
        [
            ("sigmoid", Operation.Sigmoid), ("tanh", Operation.Tanh), ("relu", Operation.Relu), ("elu", Operation.Elu), ("gelu", Operation.Gelu),
            ("silu", Operation.Silu), ("softplus", Operation.Softplus), ("softsign", Operation.Softsign), ("hard_sigmoid", Operation.HardSigmoid),
            ("exp", Operation.Exp), ("log", Operation.Log), ("sqrt", Operation.Sqrt), ("abs", Operation.Abs), ("square", Operation.Square),
            ("sin", Operation.Sin), ("cos", Operation.Cos), ("step", Operation.Step),
        ];
        foreach ((string name, Operation operation) in elementwise)
            yield return new Function(name, FunctionKind.Elementwise, 1, 0, operation, name + "(v)");
        yield return new Function("leaky_relu", FunctionKind.Elementwise, 1, 1, Operation.LeakyRelu, "leaky_relu(v, slope)");
        yield return new Function("clip", FunctionKind.Elementwise, 1, 2, Operation.Clip, "clip(v, lowest, highest)");
        yield return new Function("min", FunctionKind.Pair, 2, 0, Operation.Minimum, "min(u, v)");
        yield return new Function("max", FunctionKind.Pair, 2, 0, Operation.Maximum, "max(u, v)");
        yield return new Function("softmax", FunctionKind.Across, 1, 0, Operation.Exp, "softmax(v)");
        yield return new Function("norm", FunctionKind.Across, 1, 0, Operation.Normalize, "norm(v)");
        yield return new Function("dot", FunctionKind.Reduction, 2, 0, Operation.Multiply, "dot(u, v)");
        yield return new Function("sum", FunctionKind.Reduction, 1, 0, Operation.Sum, "sum(v)");
        yield return new Function("mean", FunctionKind.Reduction, 1, 0, Operation.Mean, "mean(v)");
        yield return new Function("dropout", FunctionKind.Random, 1, 1, Operation.Mask, "dropout(v, p)");
        yield return new Function("zoneout", FunctionKind.Random, 2, 1, Operation.Mask, "zoneout(new, old, p)");
    }
}
