namespace Unfold.Tests.Onnx;

/// <summary>One operator of an ONNX graph with the names of what it reads and writes; an empty name is an operand that was left out.</summary>
internal sealed record OnnxNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, object> Attributes)
{
    /// <summary>An attribute that is one whole number.</summary>
    public int Integer(string name, int absent) => Attributes.TryGetValue(name, out object? value) ? checked((int)(long)value) : absent;

    /// <summary>An attribute that is one real number.</summary>
    public float Real(string name, float absent) => Attributes.TryGetValue(name, out object? value) ? (float)value : absent;

    /// <summary>An attribute that is a text.</summary>
    public string Text(string name, string absent) => Attributes.TryGetValue(name, out object? value) ? (string)value : absent;

    /// <summary>An attribute that is a list of whole numbers; null where it is absent.</summary>
    public int[]? Integers(string name) =>
        Attributes.TryGetValue(name, out object? value) ? [.. ((List<long>)value).Select(element => checked((int)element))] : null;
}

/// <summary>An ONNX file: a graph of operators, in an order in which each can be computed.</summary>
/// <param name="Opset">The version of the operators' definitions.</param>
/// <param name="Nodes">The operators.</param>
/// <param name="Inputs">The names of what must be given: the graph's inputs without the initializers.</param>
/// <param name="Outputs">The names of the results.</param>
/// <param name="Initializers">The constants.</param>
internal sealed record OnnxModel(
    int Opset, IReadOnlyList<OnnxNode> Nodes, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<OnnxTensor> Initializers);
