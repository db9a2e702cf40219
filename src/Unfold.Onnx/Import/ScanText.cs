using System.Globalization;
using System.Text;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Import;

/// <summary>
/// Reads the body of a Scan as the equations of a cell: an operator a line, a product with a constant as a matrix, the states of sequences that have ended kept. Whatever a cell cannot say makes the
/// reading fail, and then the body is run as it stands.
/// </summary>
internal sealed class ScanText
{
    private readonly IReadOnlyDictionary<string, OnnxTensor> _constants;
    private readonly Dictionary<string, string> _expressions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parameterNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Constant, OnnxTensor Value, bool Turned)> _parameters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(["x", "C", "H", "output", "init", "let", "size", "state", "scalar", "vector", "matrix", "fixed", .. Cells.Syntax.Function.All.Keys], StringComparer.Ordinal);
    private readonly StringBuilder _lines = new();
    private readonly string _prefix;
    private readonly string? _time;
    private string? _runs, _active;

    private ScanText(GraphProto body, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        _constants = constants;
        _time = body.Input.Count > 0 && body.Input[0].Type?.TensorType?.ElemType == TensorProto.Types.DataType.Int64 ? body.Input[0].Name : null;
        string input = body.Input[^1].Name;
        _prefix = input.EndsWith(".x", StringComparison.Ordinal) ? input[..^1] : "";
    }

    /// <summary>The equations.</summary>
    public string Text => _lines.ToString();

    /// <summary>The states' names in the text, in the body's order.</summary>
    public List<string> States { get; } = [];

    /// <summary>The states' sizes.</summary>
    public List<int> Sizes { get; } = [];

    /// <summary>C.</summary>
    public int InputSize { get; private set; }

    /// <summary>The constants that are the cell's parameters, by their names in the text, with their own names, and whether a matrix is the other way round there.</summary>
    public IReadOnlyDictionary<string, (string Constant, OnnxTensor Value, bool Turned)> Parameters => _parameters;

    /// <summary>Whether a first state counts the steps.</summary>
    public bool CountsTime => _time is not null;

    /// <summary>The value outside that has the sequences' lengths; null where all have all steps.</summary>
    public string? Lengths { get; private set; }

    /// <summary>Reads a body; null where it is no cell.</summary>
    public static ScanText? Of(GraphProto body, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        ScanText text = new(body, constants);
        int first = text.CountsTime ? 1 : 0;
        return body.Initializer.Count == 0 && body.Input.Count > first + 1 && body.Output.Count == body.Input.Count && text.Read(body, first) ? text : null;
    }

    private bool Read(GraphProto body, int first)
    {
        Dictionary<int, string> sizes = [];
        int states = body.Input.Count - 1 - first;
        for (int i = 0; i <= states; i++)
        {
            ValueInfoProto input = body.Input[first + i];
            if (input.Type?.TensorType?.Shape?.Dim is not [_, { DimValue: > 0 and <= 1 << 16 } width])
                return false;
            if (i == states)
            {
                (InputSize, _expressions[input.Name]) = ((int)width.DimValue, "x");
                continue;
            }

            string name = Unique(input.Name, upper: false);
            (_expressions[input.Name], int size) = (name, (int)width.DimValue);
            States.Add(name);
            Sizes.Add(size);
            if (size == Sizes[0])
                continue;
            if (!sizes.TryGetValue(size, out string? letter))
            {
                sizes[size] = letter = Unique("m" + size.ToString(CultureInfo.InvariantCulture), upper: false);
                _lines.Append(CultureInfo.InvariantCulture, $"size {letter} = {size}\n");
            }

            _lines.Append(CultureInfo.InvariantCulture, $"state {name}[{letter}]\n");
        }

        foreach (NodeProto node in body.Node)
        {
            if (node.Output.Count != 1 || !Read(node, body))
                return false;
        }

        for (int i = 0; i < states; i++)
        {
            if (!_expressions.TryGetValue(body.Output[first + i].Name, out string? next))
                return false;
            _lines.Append(CultureInfo.InvariantCulture, $"{States[i]}' = {next}\n");
        }

        if (!_expressions.TryGetValue(body.Output[^1].Name, out string? output))
            return false;
        _lines.Append(CultureInfo.InvariantCulture, $"output = {output}\n");
        return true;
    }

    /// <summary>Reads an operator; false where a cell has nothing for it.</summary>
    private bool Read(NodeProto node, GraphProto body)
    {
        string result = node.Output[0];
        if (_time is not null && ReadTime(node))
            return true;
        if (node.OpType == "Where")
        {
            // A sequence that has ended keeps its state, and gives zeros.
            bool isKept = node.Input[0] == _active && (body.Input.Any(input => input.Name == node.Input[2]) || (_constants.GetValueOrDefault(node.Input[2]) is { IsWhole: false, Length: 1 } zero && zero.Real.Values[0] == 0));
            return isKept && Alias(result, node.Input[1]);
        }

        if (node.OpType == "Identity")
            return Alias(result, node.Input[0]);
        if (node.OpType == "MatMul")
        {
            if (_constants.GetValueOrDefault(node.Input[1]) is not { IsWhole: false, Sizes.Length: 2 } matrix || Operand(node.Input[0]) is not string vector)
                return false;
            return Define(result, $"{Parameter(node.Input[1], matrix, turned: true)} {vector}");
        }

        return ScanExpression.Of(node, [.. node.Input.Select(Operand)], _constants) is string expression && Define(result, expression);
    }

    /// <summary>The operators that count the steps and tell which sequences still run.</summary>
    private bool ReadTime(NodeProto node)
    {
        if (node.OpType == "Add" && node.Input[0] == _time)
            return true;
        if (node.OpType == "Less" && node.Input[0] == _time && !_constants.ContainsKey(node.Input[1]))
        {
            (_runs, Lengths) = (node.Output[0], node.Input[1]);
            return true;
        }

        if (node.OpType != "Unsqueeze" || node.Input[0] != _runs)
            return false;
        _active = node.Output[0];
        return true;
    }

    private bool Alias(string name, string other)
    {
        if (Operand(other) is not string expression)
            return false;
        _expressions[name] = expression;
        return true;
    }

    private bool Define(string name, string expression)
    {
        string own = Unique(name, upper: false);
        _expressions[name] = own;
        _lines.Append(CultureInfo.InvariantCulture, $"{own} = {expression}\n");
        return true;
    }

    /// <summary>A value as an operand: a name, or a number; null where there is none.</summary>
    private string? Operand(string name)
    {
        if (_expressions.TryGetValue(name, out string? expression))
            return expression;
        if (_constants.GetValueOrDefault(name) is not { IsWhole: false } constant)
            return null;
        return constant.Sizes.Length == 0 ? ScanExpression.Factor(constant.Real.Values[0]) : constant.Sizes.Length == 1 ? Parameter(name, constant, turned: false) : null;
    }

    private string Parameter(string name, OnnxTensor value, bool turned)
    {
        if (!_parameterNames.TryGetValue(name, out string? own))
        {
            _parameterNames[name] = own = Unique(name.EndsWith(".T", StringComparison.Ordinal) ? name[..^2] : name, upper: turned);
            _parameters[own] = (name, value, turned);
        }

        return own;
    }

    /// <summary>A name as cells have them, which nothing else has.</summary>
    private string Unique(string name, bool upper)
    {
        string own = string.Concat((name.StartsWith(_prefix, StringComparison.Ordinal) ? name[_prefix.Length..] : name).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        own = own.Trim('_') is { Length: > 0 } trimmed ? trimmed[..Math.Min(40, trimmed.Length)] : "v";
        own = char.IsAsciiLetter(own[0]) ? (upper ? char.ToUpperInvariant(own[0]) : char.ToLowerInvariant(own[0])) + own[1..] : (upper ? "W" : "v") + own;
        string free = own;
        for (int i = 2; !_names.Add(free); i++)
            free = string.Create(CultureInfo.InvariantCulture, $"{own}_{i}");
        return free;
    }
}
