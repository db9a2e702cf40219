namespace Unfold.Onnx.Import;

/// <summary>Every operator that is read, and how it is computed.</summary>
internal static class OperatorTable
{
    private static readonly HashSet<string> Differentiable = new(StringComparer.Ordinal)
    {
        "Add", "Sub", "Mul", "Sigmoid", "Tanh", "Relu", "LeakyRelu", "Elu", "Softplus", "Identity", "Dropout", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Transpose", "Gather", "OneHot",
        "Concat", "Softmax", "LogSoftmax", "MatMul", "Gemm", "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "BatchNormalization",
        "LayerNormalization", "InstanceNormalization", "GroupNormalization", "RMSNormalization", "Slice", "Split", "Pad", "Expand", "ReverseSequence", "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "TopK", "Cast", "Resize", "Div", "Pow", "Where", "Max", "Min",
        "Abs", "Clip", "Cos", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Log", "Neg", "Reciprocal", "Selu", "Sign", "Sin", "Softsign", "Sqrt", "ThresholdedRelu", "RNN", "LSTM", "GRU", "Scan", "Loop", "Shape", "Size",
    };

    /// <summary>All by name.</summary>
    public static IReadOnlyDictionary<string, Operator> All { get; } =
        new[] { ElementwiseOperators.All, ShapeOperators.All, PartOperators.All, ReductionOperators.All, ProductOperators.All, WindowOperators.All, NormalizationOperators.All, RecurrentOperators.All, ControlOperators.All }
            .SelectMany(operators => operators).ToDictionary(StringComparer.Ordinal);

    /// <summary>Whether a gradient goes through an operator.</summary>
    public static bool HasGradient(string type) => Differentiable.Contains(type);
}
