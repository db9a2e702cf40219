using Unfold.Autodiff;

namespace Unfold.Onnx.Import;

/// <summary>One computation of a graph, or of a body within one.</summary>
internal sealed class GraphRun
{
    // What a run may make in all: half of the memory that there is. No honest model comes near it, and a hostile one ends.
    private static readonly long MostElements = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (2 * sizeof(float)), 1L << 28, 1L << 33);

    // How many operators a run may compute in all, those of bodies every time, and each time a body runs.
    private const long MostOperators = 1L << 24;

    private readonly Dictionary<string, OnnxTensor> _values = new(StringComparer.Ordinal);
    private readonly GraphRun? _outer;
    private readonly Tape _tape;
    private readonly int _opset;
    private readonly GraphRun _root;
    private long _elements, _operators;

    public GraphRun(Tape tape, int opset) => (_tape, _opset, _root) = (tape, opset, this);

    private GraphRun(GraphRun outer) => (_outer, _tape, _opset, _root) = (outer, outer._tape, outer._opset, outer._root);

    /// <summary>Computes a body, which sees this run's values.</summary>
    public OnnxTensor[] Body(ImportedGraph body, ReadOnlySpan<OnnxTensor> inputs)
    {
        Count();
        GraphRun run = new(this);
        if (inputs.Length != body.Inputs.Count)
            throw new FormatException($"its body takes {body.Inputs.Count} values, but there are {inputs.Length}");
        for (int i = 0; i < inputs.Length; i++)
            run._values[body.Inputs[i]] = inputs[i];
        return run.Compute(body);
    }

    /// <summary>Gives a value from outside.</summary>
    public void Set(string name, OnnxTensor value) => _values[name] = value;

    /// <summary>Computes a graph whose inputs were given.</summary>
    /// <returns>Its outputs.</returns>
    /// <exception cref="FormatException">An operator cannot be computed; the message says which and why.</exception>
    public OnnxTensor[] Compute(ImportedGraph graph)
    {
        foreach ((string name, OnnxTensor constant) in graph.Constants)
            _values.TryAdd(name, constant);
        foreach (ImportedNode node in graph.Nodes)
        {
            OnnxTensor[] outputs = Compute(node);
            if (outputs.Length < node.Outputs.Count && node.Outputs.Skip(outputs.Length).Any(name => name.Length > 0))
                throw new FormatException($"{node} should give {node.Outputs.Count} values, but only {outputs.Length} are supported");
            for (int i = 0; i < node.Outputs.Count && i < outputs.Length; i++)
            {
                if (node.Outputs[i].Length > 0)
                    _values[node.Outputs[i]] = outputs[i];
            }
        }

        return [.. graph.Outputs.Select(Value)];
    }

    private OnnxTensor[] Compute(ImportedNode node)
    {
        Count();
        OnnxTensor?[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? null : Value(name))];
        try
        {
            OnnxTensor[] outputs = node.Compute(new OperatorCall(node, inputs, _tape, _opset, this));
            foreach (OnnxTensor output in outputs)
                _root._elements += output.Length;
            if (_root._elements > MostElements)
                throw new FormatException("the graph makes more numbers than can be right");
            if (_tape.Recording && !OperatorTable.HasGradient(node.Type) && outputs.Any(output => !output.IsWhole) && inputs.Any(input => input is { IsWhole: false } && _tape.NeedsGradient(input.Real)))
                throw new FormatException("no gradient goes through it, so that what comes before it cannot be trained");
            return outputs;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or OutOfMemoryException or IndexOutOfRangeException or DivideByZeroException)
        {
            throw new FormatException(e is FormatException && e.Message.Contains(" cannot be computed: ", StringComparison.Ordinal) ? e.Message : $"{node} cannot be computed: {e.Message.TrimEnd('.')}", e);
        }
    }

    private void Count()
    {
        if (++_root._operators > MostOperators)
            throw new FormatException($"the graph goes on after {MostOperators:N0} operators");
    }

    /// <summary>A value of this run, or of one around it.</summary>
    public OnnxTensor Value(string name) => _values.TryGetValue(name, out OnnxTensor? value) ? value : _outer?.Value(name) ?? throw new FormatException($"there is no value '{name}'");
}
