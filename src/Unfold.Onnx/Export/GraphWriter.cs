using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Unfold.Onnx.Protocol;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>
/// Makes the nodes of an ONNX graph in the order in which they can be computed; each gives the name of what it computes. Constants are gathered in the outermost graph,
/// equal small ones once. The same calls give the same graph.
/// </summary>
internal sealed class GraphWriter
{
    private readonly GraphWriter _root;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);
    private readonly List<Action> _last = [];

    /// <summary>An empty graph.</summary>
    /// <param name="name">Its name.</param>
    public GraphWriter(string name)
    {
        _root = this;
        Graph = new GraphProto { Name = name };
    }

    private GraphWriter(GraphWriter outer, string name)
    {
        _root = outer._root;
        Graph = new GraphProto { Name = name };
    }

    /// <summary>What has been made.</summary>
    public GraphProto Graph { get; }

    /// <summary>The bytes of all constants.</summary>
    public long ConstantBytes { get; private set; }

    /// <summary>A graph within this one, as the body of a Scan: it sees this one's values.</summary>
    public GraphWriter Inner(string name) => new(this, name);

    /// <summary>A name that nothing else has, in any graph of the model.</summary>
    public string Unique(string hint)
    {
        string name = hint;
        for (int i = 1; !_root._names.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{hint}_{i}");
        return name;
    }

    /// <summary>An operator of one result.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="hint">What the result should be called.</param>
    /// <param name="inputs">Names; empty for one that is left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The result's name.</returns>
    public string Node(string type, string hint, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        string output = Unique(hint);
        Nodes(type, inputs, [output], attributes);
        return output;
    }

    /// <summary>An operator whose results have the given names; an empty one is not wanted.</summary>
    public void Nodes(string type, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        NodeProto node = new() { OpType = type, Name = Unique("node." + outputs[0]) };
        foreach (string input in inputs)
            node.Input.Add(input);
        foreach (string output in outputs)
            node.Output.Add(output);
        foreach (AttributeProto attribute in attributes)
            node.Attribute.Add(attribute);
        Graph.Node.Add(node);
    }

    /// <summary>Real numbers that go with the model.</summary>
    /// <param name="hint">What they should be called.</param>
    /// <param name="shape">Their shape; none for one number.</param>
    /// <param name="values">They, the last axis fastest.</param>
    public string Constant(string hint, ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        string name = Unique(hint);
        TensorProto tensor = new() { Name = name, DataType = DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        foreach (int size in shape)
            tensor.Dims.Add(size);
        Keep(tensor);
        return name;
    }

    /// <summary>One real number.</summary>
    public string Scalar(float value)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"f{BitConverter.SingleToInt32Bits(value)}");
        if (!_root._constants.TryGetValue(key, out string? name))
            _root._constants[key] = name = Constant(string.Create(CultureInfo.InvariantCulture, $"number.{value:R}"), [], [value]);
        return name;
    }

    /// <summary>Whole numbers in a row, as for axes and sizes.</summary>
    public string Integers(params ReadOnlySpan<long> values) => Whole([values.Length], values);

    /// <summary>One whole number, without an axis.</summary>
    public string Integer(long value) => Whole([], [value]);

    /// <summary>Declares an input of the graph.</summary>
    /// <param name="name">Its name, not yet taken.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its axes: a number, or the name of a size that varies; null where nothing is said.</param>
    public string Input(string name, DataType type, params ReadOnlySpan<Axis> shape)
    {
        Graph.Input.Add(Info(name = Unique(name), type, shape));
        return name;
    }

    /// <summary>Declares a value under a name of its own as an output of the graph.</summary>
    public void Output(string value, string name, DataType type, params ReadOnlySpan<Axis> shape)
    {
        name = Unique(name);
        Nodes("Identity", [value], [name]);
        Graph.Output.Add(Info(name, type, shape));
    }

    /// <summary>Keeps something to be done when everything else has been written.</summary>
    public void AtEnd(Action action) => _last.Add(action);

    /// <summary>Does what was kept for the end.</summary>
    public void Finish()
    {
        foreach (Action action in _last)
            action();
        _last.Clear();
    }

    /// <summary>Declares an output of a body that is already called so.</summary>
    public void Result(string name, DataType type) => Graph.Output.Add(new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type } } });

    private static ValueInfoProto Info(string name, DataType type, ReadOnlySpan<Axis> shape)
    {
        TensorShapeProto axes = new();
        foreach (Axis axis in shape)
        {
            axes.Dim.Add(axis.Name is null
                ? new TensorShapeProto.Types.Dimension { DimValue = axis.Size }
                : new TensorShapeProto.Types.Dimension { DimParam = axis.Name });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = axes } } };
    }

    private string Whole(ReadOnlySpan<int> shape, ReadOnlySpan<long> values)
    {
        string text = string.Join('_', values.ToArray()), key = $"i{shape.Length}:{text}";
        if (_root._constants.TryGetValue(key, out string? name))
            return name;
        _root._constants[key] = name = Unique("whole." + text);
        TensorProto tensor = new() { Name = name, DataType = DataType.Int64, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        foreach (int size in shape)
            tensor.Dims.Add(size);
        Keep(tensor);
        return name;
    }

    private void Keep(TensorProto tensor)
    {
        _root.Graph.Initializer.Add(tensor);
        _root.ConstantBytes += tensor.RawData.Length;
    }
}
