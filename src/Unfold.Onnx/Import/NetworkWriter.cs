using System.Runtime.InteropServices;
using Google.Protobuf;
using Unfold.Autodiff;
using Unfold.Onnx.Protocol;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Import;

/// <summary>Makes a model from a network that was read: the same operators, with the weights that it has now.</summary>
internal sealed class NetworkWriter
{
    private readonly ModelProto _model;
    private readonly ImportedGraph _graph;
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _values = new(StringComparer.Ordinal);

    private NetworkWriter(ModelProto model, ImportedGraph graph)
    {
        (_model, _graph) = (model.Clone(), graph);
        Count(_model.Graph, _uses);
    }

    /// <summary>The model.</summary>
    /// <param name="model">The model that was read.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="parameters">The weights now.</param>
    /// <exception cref="FormatException">A constant would have to be two at once.</exception>
    public static ModelProto Of(ModelProto model, ImportedGraph graph, ParameterSet parameters)
    {
        NetworkWriter writer = new(model, graph);
        foreach (Parameter parameter in parameters.All.Where(parameter => graph.Constants.ContainsKey(parameter.Name)))
            writer._values[parameter.Name] = parameter.Value.Values.ToArray();
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            ImportedNode node = graph.Nodes[i];
            if (node.Recurrent is RecurrentImport recurrent)
                writer.Operator(recurrent, writer._model.Graph.Node[i]);
            foreach ((string constant, float[] values) in node.Scanned?.Weights() ?? [])
                writer.Constant(constant, values, writer._model.Graph.Node[i]);
        }

        foreach (TensorProto tensor in writer._model.Graph.Initializer)
            writer.Replace(tensor);
        return writer._model;
    }

    private void Operator(RecurrentImport recurrent, NodeProto node)
    {
        OnnxTensor? Of(int index) => index < node.Input.Count && node.Input[index].Length > 0 ? _graph.Constants[node.Input[index]] : null;
        (float[] weight, float[] recurrence, float[]? bias, float[]? peepholes) = recurrent.Weights.Write(recurrent.Layers, Of(1)!, Of(2)!, Of(3), Of(7));
        Own(node, 1, weight, []);
        Own(node, 2, recurrence, []);
        Own(node, 3, bias, [recurrent.Layers.Length, (bias?.Length ?? 0) / recurrent.Layers.Length]);
        Own(node, 7, peepholes, []);
    }

    /// <summary>Gives an operator's operand its numbers, under a name of its own where others read the constant too.</summary>
    private void Own(NodeProto node, int index, float[]? values, int[] shape)
    {
        if (values is null)
            return;
        while (node.Input.Count <= index)
            node.Input.Add("");
        string name = node.Input[index];
        if (name.Length > 0 && _uses[name] == 1)
        {
            _values[name] = values;
            return;
        }

        TensorProto tensor = new() { Name = $"{node.Output.First(output => output.Length > 0)}.{(index == 3 ? "B" : index)}", DataType = DataType.Float };
        while (_uses.ContainsKey(tensor.Name))
            tensor.Name += "_";
        tensor.Dims.Add((name.Length > 0 ? _graph.Constants[name].Sizes : shape).Select(size => (long)size));
        (node.Input[index], _uses[tensor.Name], _values[tensor.Name]) = (tensor.Name, 1, values);
        _model.Graph.Initializer.Add(tensor);
    }

    /// <summary>Gives a constant that an operator's body reads its numbers.</summary>
    private void Constant(string name, float[] values, NodeProto node)
    {
        Dictionary<string, int> own = new(StringComparer.Ordinal);
        Count(node.Attribute.First(attribute => attribute.G is not null).G, own);
        if (_uses[name] > own[name] && !values.AsSpan().SequenceEqual(_values.GetValueOrDefault(name) ?? _graph.Constants[name].Real.Values.ToArray()))
            throw new FormatException($"the constant '{name}' is read in {_uses[name]} places, which training has made different");
        _values[name] = values;
    }

    private void Replace(TensorProto tensor)
    {
        // A constant that lay in another file comes into this one, changed or not.
        bool isExternal = tensor.DataLocation == TensorProto.Types.DataLocation.External;
        if (!_values.TryGetValue(tensor.Name, out float[]? values))
        {
            if (!isExternal)
                return;
            OnnxTensor constant = _graph.Constants[tensor.Name];
            if (constant.IsWhole)
            {
                Clear(tensor, tensor.DataType, tensor.DataType switch
                {
                    DataType.Int64 => MemoryMarshal.AsBytes<long>(constant.Integers),
                    DataType.Int32 => MemoryMarshal.AsBytes<int>(Array.ConvertAll(constant.Integers, value => (int)value)),
                    _ => Array.ConvertAll(constant.Integers, value => (byte)value),
                });
                return;
            }

            values = constant.Real.Values.ToArray();
        }

        if (tensor.DataType == DataType.Double)
            Clear(tensor, DataType.Double, MemoryMarshal.AsBytes<double>(Array.ConvertAll(values, value => (double)value)));
        else if (tensor.DataType == DataType.Float16)
            Clear(tensor, DataType.Float16, MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)));
        else
            Clear(tensor, DataType.Float, MemoryMarshal.AsBytes<float>(values));
    }

    private static void Clear(TensorProto tensor, DataType type, ReadOnlySpan<byte> bytes)
    {
        tensor.FloatData.Clear();
        tensor.DoubleData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
        tensor.ExternalData.Clear();
        tensor.DataLocation = TensorProto.Types.DataLocation.Default;
        (tensor.DataType, tensor.RawData) = (type, ByteString.CopyFrom(bytes));
    }

    /// <summary>Counts in how many places each name is read, in bodies too, and which names there are.</summary>
    private static void Count(GraphProto graph, Dictionary<string, int> uses)
    {
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input)
                uses[input] = uses.GetValueOrDefault(input) + 1;
            foreach (string output in node.Output)
                uses.TryAdd(output, 0);
            foreach (AttributeProto attribute in node.Attribute.Where(attribute => attribute.G is not null))
                Count(attribute.G, uses);
        }

        foreach (ValueInfoProto output in graph.Output)
            uses[output.Name] = uses.GetValueOrDefault(output.Name) + 1;
        foreach (string name in graph.Input.Select(input => input.Name).Concat(graph.Initializer.Select(tensor => tensor.Name)))
            uses.TryAdd(name, 0);
    }
}
