using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Import;

/// <summary>A graph whose every operator is known and reads only what was made before.</summary>
internal sealed class ImportedGraph
{
    private const int MostDepth = 8;

    private ImportedGraph(IReadOnlyList<ImportedNode> nodes, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, IReadOnlyDictionary<string, OnnxTensor> constants) =>
        (Nodes, Inputs, Outputs, Constants) = (nodes, inputs, outputs, constants);

    /// <summary>The operators in an order in which they can be computed.</summary>
    public IReadOnlyList<ImportedNode> Nodes { get; }

    /// <summary>What must be given.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>What is made.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>The constants.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Constants { get; }

    /// <summary>Checks a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="opset">The version of the operators' definitions.</param>
    /// <param name="folder">Where external data may lie; null for nowhere.</param>
    /// <param name="outer">The names that a body sees.</param>
    /// <param name="depth">How many graphs this one lies in.</param>
    /// <exception cref="FormatException">It cannot be used; the message says why.</exception>
    public static ImportedGraph Of(GraphProto graph, int opset, string? folder, Scope? outer = null, int depth = 0)
    {
        if (depth > MostDepth)
            throw new FormatException($"its graphs are nested deeper than {MostDepth}");
        if (graph.SparseInitializer.Count > 0)
            throw new FormatException("it has sparse constants, which are not supported: write it anew with dense ones");
        Dictionary<string, OnnxTensor> constants = new(StringComparer.Ordinal);
        Scope made = new(outer);
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!constants.TryAdd(tensor.Name, TensorReader.Read(tensor, folder)))
                throw new FormatException($"it has two constants of the name '{tensor.Name}'");
        }

        string[] inputs = [.. graph.Input.Select(input => input.Name).Where(name => !constants.ContainsKey(name))];
        foreach (string name in inputs.Concat(constants.Keys))
        {
            if (!made.Own.Add(name))
                throw new FormatException($"it has two inputs of the name '{name}'");
        }

        List<ImportedNode> nodes = new(graph.Node.Count);
        foreach (NodeProto proto in graph.Node)
        {
            ImportedNode node = Node(proto, opset, folder, made, depth);
            foreach (string input in node.Inputs.Where(input => input.Length > 0 && !made.Has(input)))
                throw new FormatException($"{node} reads '{input}', which nothing before it makes: the graph has a cycle, or a constant is missing");
            foreach (string output in node.Outputs.Where(output => output.Length > 0))
            {
                if (!made.Own.Add(output))
                    throw new FormatException($"{node} makes '{output}', which is there already");
            }

            nodes.Add(node);
        }

        string[] outputs = [.. graph.Output.Select(output => output.Name)];
        if (outputs.Length == 0)
            throw new FormatException("its graph gives nothing");
        foreach (string output in outputs.Where(output => !made.Has(output)))
            throw new FormatException($"its output '{output}' is made by nothing");
        return new ImportedGraph(nodes, inputs, outputs, constants);
    }

    private static ImportedNode Node(NodeProto proto, int opset, string? folder, Scope made, int depth)
    {
        if (proto.Domain is not ("" or "ai.onnx") || !OperatorTable.All.TryGetValue(proto.OpType, out Operator? compute))
        {
            string domain = proto.Domain is "" or "ai.onnx" ? "" : $" of the domain '{proto.Domain}'";
            throw new FormatException($"its operator {proto.OpType}{domain}{(proto.Name.Length > 0 ? $" ('{proto.Name}')" : "")} is not supported; supported are {string.Join(", ", OperatorTable.All.Keys.Order(StringComparer.Ordinal))}");
        }

        GraphProto? body = proto.Attribute.FirstOrDefault(attribute => attribute.Name == "body")?.G;
        if (proto.OpType is "Scan" or "Loop" != body is not null)
            throw new FormatException($"its {proto.OpType} has {(body is null ? "no body" : "a body, which it should not have")}");
        return new ImportedNode(proto, compute) { Body = body is null ? null : Of(body, opset, folder, made, depth + 1), BodyGraph = body };
    }

    /// <summary>The names of a graph, and of those that it lies in.</summary>
    internal sealed class Scope(Scope? outer)
    {
        public HashSet<string> Own { get; } = new(StringComparer.Ordinal);

        public bool Has(string name) => Own.Contains(name) || outer?.Has(name) == true;
    }
}
