using Unfold.Cells.Graph;
using Unfold.Cells.Reference;

namespace Unfold.Onnx.Export;

/// <summary>
/// Writes one step of a cell as operators, equation by equation, for N sequences at once. A vector of the cell becomes [N, S], a scalar [N, 1], a matrix [N, R, S]; what depends on weights
/// alone is computed here and becomes a constant in the shape that it has in the cell.
/// </summary>
internal sealed class StepWriter
{
    private const float Epsilon = 1e-5f;

    private readonly GraphWriter _body;
    private readonly CellGraph _cell;
    private readonly IReadOnlyDictionary<string, int> _sizes;
    private readonly Func<string, float[]> _parameter;
    private readonly string _prefix, _batch;
    private readonly Dictionary<Node, float[]> _constants = [];
    private readonly Dictionary<Node, string> _names = [];
    private readonly Dictionary<(Node Matrix, bool Turned), string> _matrices = [];

    /// <param name="body">The graph to write into.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="sizes">Every named size.</param>
    /// <param name="parameter">A parameter's values by its name.</param>
    /// <param name="prefix">What stands before the names of values: <c>rnn.l0.</c>.</param>
    /// <param name="batch">N, as [1], from outside.</param>
    public StepWriter(GraphWriter body, CellGraph cell, IReadOnlyDictionary<string, int> sizes, Func<string, float[]> parameter, string prefix, string batch) =>
        (_body, _cell, _sizes, _parameter, _prefix, _batch) = (body, cell, sizes, parameter, prefix, batch);

    /// <summary>Writes the equations.</summary>
    /// <param name="input">x of the step, [N, C].</param>
    /// <param name="states">The states before the step, [N, S], in the cell's order.</param>
    public void Write(string input, IReadOnlyList<string> states)
    {
        _names[_cell.Input] = input;
        for (int i = 0; i < states.Count; i++)
            _names[_cell.States[i].Previous] = states[i];
        HashSet<Node> needed = Lowering.Reachable(_cell.States.Select(state => state.Next).Append(_cell.Output));
        foreach (Node node in _cell.Nodes)
        {
            if (!needed.Contains(node) || _names.ContainsKey(node))
                continue;
            if (ConstantOf(node) is float[] constant)
                _constants.Add(node, constant);
            else
                _names.Add(node, Write(node));
        }
    }

    /// <summary>A value of the step for every sequence, [N, S].</summary>
    public string Rows(Node node)
    {
        if (!_constants.ContainsKey(node))
            return _names[node];
        string shape = _body.Node("Concat", Hint(node) + ".shape", [_batch, _body.Integers(Length(node))], Attributes.Of("axis", 0));
        return _body.Node("Expand", Hint(node) + ".rows", [Name(node), shape]);
    }

    /// <summary>What a node is where it depends on no input; null where it does.</summary>
    private float[]? ConstantOf(Node node) => node.Operation switch
    {
        Operation.Parameter => _parameter(node.Name!),
        Operation.Constant => [(float)node.Value],
        Operation.Mask => [.. Enumerable.Repeat(node.MaskKind == MaskKind.DropoutOfSequence ? 1 : (float)node.Value, Length(node))],
        Operation.InverseCount => [1f / Length(node.Inputs[0])],
        _ => node.Inputs.Count > 0 && node.Inputs.All(_constants.ContainsKey) ? NodeFunctions<float>.Of(node, [.. node.Inputs.Select(i => _constants[i])], _sizes) : null,
    };

    private string Write(Node node)
    {
        IReadOnlyList<Node> inputs = node.Inputs;
        switch (node.Operation)
        {
            case Operation.Add: return Pair("Add", node);
            case Operation.Subtract: return Pair("Sub", node);
            case Operation.Multiply: return Pair("Mul", node);
            case Operation.Divide: return Pair("Div", node);
            case Operation.Minimum: return Pair("Min", node);
            case Operation.Maximum: return Pair("Max", node);
            case Operation.GreaterOrEqual: return Truth(node, Pair("GreaterOrEqual", node));
            case Operation.Product: return Product(node);
            case Operation.Transpose: return _body.Node("Transpose", Hint(node), [Name(inputs[0])], Attributes.Of("perm", [0, 2, 1]));
            case Operation.Outer: return _body.Node("Mul", Hint(node), [Lifted(inputs[0], 2), Lifted(inputs[1], 1)]);
            case Operation.Concat: return _body.Node("Concat", Hint(node), [.. inputs.Select(Rows)], Attributes.Of("axis", -1));
            case Operation.Slice or Operation.Columns:
                long first = node.Offset!.Resolve(_sizes), size = node.Shape[^1].Resolve(_sizes);
                return _body.Node("Slice", Hint(node), [Name(inputs[0]), _body.Integers(first), _body.Integers(first + size), _body.Integers(-1)]);
            case Operation.Broadcast: return Broadcast(node);
            case Operation.Sum: return Reduced("ReduceSum", node);
            case Operation.Mean: return Reduced("ReduceMean", node);
            case Operation.RowMaximum: return Reduced("ReduceMax", node);
            case Operation.Normalize: return Normalized(node);
            default:
                return FunctionWriter.Write(_body, node.Operation, Hint(node), Name(inputs[0]), (float)node.Value, (float)node.Upper)
                    ?? throw new ModelFileException($"The cell '{_cell.Name}' cannot be written as ONNX: there is no operator for its {node.Operation}.");
        }
    }

    /// <summary>An operation of two values, of which one may be a scalar.</summary>
    private string Pair(string type, Node node) => _body.Node(type, Hint(node), [Beside(node.Inputs[0], node), Beside(node.Inputs[1], node)]);

    /// <summary>An operand: a scalar of each sequence, [N, 1], stands beside a matrix [N, R, S] as [N, 1, 1].</summary>
    private string Beside(Node operand, Node result) =>
        operand.IsScalar && result.IsMatrix && !_constants.ContainsKey(operand)
            ? _body.Node("Unsqueeze", Hint(operand) + ".scalar", [Name(operand), _body.Integers(2)])
            : Name(operand);

    private string Truth(Node node, string value) => _body.Node("Cast", Hint(node) + ".number", [value], Attributes.Of("to", (long)Protocol.TensorProto.Types.DataType.Float));

    private string Product(Node node)
    {
        (Node matrix, Node vector) = (node.Inputs[0], node.Inputs[1]);
        if (_constants.ContainsKey(matrix))
            return _body.Node("MatMul", Hint(node), [Name(vector), Matrix(matrix, turned: true)]);
        string product = _body.Node("MatMul", Hint(node) + ".column", [Name(matrix), Lifted(vector, 2)]);
        return _body.Node("Squeeze", Hint(node), [product, _body.Integers(2)]);
    }

    /// <summary>A vector as rows or columns: with an axis more for each sequence.</summary>
    private string Lifted(Node vector, int axis) => _constants.ContainsKey(vector)
        ? _body.Node("Unsqueeze", Hint(vector) + ".lifted", [Name(vector), _body.Integers(axis - 1)])
        : _body.Node("Unsqueeze", Hint(vector) + ".lifted", [Name(vector), _body.Integers(axis)]);

    private string Broadcast(Node node)
    {
        int[] shape = [.. node.Shape.Select(size => size.Resolve(_sizes))];
        string zeros = _body.Constant(Hint(node) + ".zeros", shape, new float[Length(node)]);
        return _body.Node("Add", Hint(node), [Beside(node.Inputs[0], node), zeros]);
    }

    private string Reduced(string type, Node node)
    {
        Node operand = node.Inputs[0];
        string hint = Hint(node), name = Name(operand);
        long[] axes = operand.IsMatrix ? [1, 2] : [1];
        string result = type == "ReduceSum"
            ? _body.Node(type, hint, [name, _body.Integers(axes)], Attributes.Of("keepdims", 1))
            : _body.Node(type, hint, [name], Attributes.Of("axes", axes), Attributes.Of("keepdims", 1));
        return operand.IsMatrix ? _body.Node("Squeeze", hint + ".scalar", [result, _body.Integers(2)]) : result;
    }

    private string Normalized(Node node)
    {
        string x = Name(node.Inputs[0]), hint = Hint(node);
        string centred = _body.Node("Sub", hint + ".centred", [x, Mean(x, hint + ".mean")]);
        string variance = Mean(_body.Node("Mul", hint + ".squares", [centred, centred]), hint + ".variance");
        string deviation = _body.Node("Sqrt", hint + ".deviation", [_body.Node("Add", hint + ".kept", [variance, _body.Scalar(Epsilon)])]);
        return _body.Node("Div", hint, [centred, deviation]);
    }

    private string Mean(string x, string hint) => _body.Node("ReduceMean", hint, [x], Attributes.Of("axes", [-1]), Attributes.Of("keepdims", 1));

    /// <summary>A value as it is: of every sequence, or a constant in its own shape.</summary>
    private string Name(Node node)
    {
        if (!_constants.TryGetValue(node, out float[]? constant))
            return _names[node];
        if (node.IsMatrix)
            return Matrix(node, turned: false);
        if (!_names.TryGetValue(node, out string? name))
            _names[node] = name = node.IsScalar ? _body.Scalar(constant[0]) : _body.Constant(Hint(node), [constant.Length], constant);
        return name;
    }

    /// <summary>A constant matrix [R, S], or turned [S, R].</summary>
    private string Matrix(Node node, bool turned)
    {
        if (_matrices.TryGetValue((node, turned), out string? name))
            return name;
        int rows = node.Shape[0].Resolve(_sizes), columns = node.Shape[1].Resolve(_sizes);
        float[] values = _constants[node];
        return _matrices[(node, turned)] = turned
            ? _body.Constant(Hint(node) + ".T", [columns, rows], LayerWriter.Turned(values, rows, columns))
            : _body.Constant(Hint(node), [rows, columns], values);
    }

    private string Hint(Node node) => _prefix + (node.Name ?? node.Operation.ToString().ToLowerInvariant());

    private int Length(Node node) => NodeFunctions<float>.Length(node, _sizes);
}
