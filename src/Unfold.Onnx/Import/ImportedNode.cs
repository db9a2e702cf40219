using Unfold.Onnx.Protocol;
using Kind = Unfold.Onnx.Protocol.AttributeProto.Types.AttributeType;

namespace Unfold.Onnx.Import;

/// <summary>An operator of a graph, checked, with its bodies.</summary>
internal sealed class ImportedNode
{
    private readonly Dictionary<string, AttributeProto> _attributes = new(StringComparer.Ordinal);

    public ImportedNode(NodeProto node, Operator compute)
    {
        (Type, Name, Compute) = (node.OpType, node.Name, compute);
        (Inputs, Outputs) = ([.. node.Input], [.. node.Output]);
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (!_attributes.TryAdd(attribute.Name, attribute))
                throw new FormatException($"{this} has the attribute '{attribute.Name}' twice");
        }
    }

    /// <summary>The operator.</summary>
    public string Type { get; }

    /// <summary>Its name; empty where the file gives none.</summary>
    public string Name { get; }

    /// <summary>How it is computed.</summary>
    public Operator Compute { get; }

    /// <summary>What it reads; an empty name for an operand that was left out.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>What it gives; an empty name for what nobody wants.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Its body, of a Scan or a Loop.</summary>
    public ImportedGraph? Body { get; init; }

    /// <summary>The same as it stands in the file.</summary>
    public GraphProto? BodyGraph { get; init; }

    /// <summary>The layer of a Scan whose body is a cell.</summary>
    public ScanImport? Scanned { get; set; }

    /// <summary>The recurrent layers of an RNN, LSTM or GRU whose weights are constants, one a direction.</summary>
    public RecurrentImport? Recurrent { get; set; }

    public bool Has(string name) => _attributes.ContainsKey(name);

    public long Integer(string name, long absent) => Of(name, Kind.Int) is AttributeProto attribute ? attribute.I : absent;

    public float Real(string name, float absent) => Of(name, Kind.Float) is AttributeProto attribute ? attribute.F : absent;

    public string Text(string name, string absent) => Of(name, Kind.String) is AttributeProto attribute ? attribute.S.ToStringUtf8() : absent;

    public int[]? Integers(string name) => Of(name, Kind.Ints) is AttributeProto attribute ? [.. attribute.Ints.Select(OperatorCall.Narrow)] : null;

    public float[]? Reals(string name) => Of(name, Kind.Floats) is AttributeProto attribute ? [.. attribute.Floats] : null;

    public string[]? Texts(string name) => Of(name, Kind.Strings) is AttributeProto attribute ? [.. attribute.Strings.Select(text => text.ToStringUtf8())] : null;

    public TensorProto? Tensor(string name) => Of(name, Kind.Tensor)?.T;

    public override string ToString() => Name.Length > 0 ? $"{Type} '{Name}'" : Outputs is [string first, ..] && first.Length > 0 ? $"{Type} that gives '{first}'" : Type;

    private AttributeProto? Of(string name, Kind kind)
    {
        if (!_attributes.TryGetValue(name, out AttributeProto? attribute))
            return null;

        // Very old files leave the type out.
        return attribute.Type == kind || attribute.Type == Kind.Undefined ? attribute : throw new FormatException($"{this} should have {kind} as its attribute '{name}', but has {attribute.Type}");
    }
}
