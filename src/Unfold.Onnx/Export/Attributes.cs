using Google.Protobuf;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Export;

/// <summary>Attributes of operators by their values' types.</summary>
internal static class Attributes
{
    /// <summary>A whole number.</summary>
    public static AttributeProto Of(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A real number.</summary>
    public static AttributeProto Of(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>A text.</summary>
    public static AttributeProto Of(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>A graph, as the body of a Scan.</summary>
    public static AttributeProto Of(string name, GraphProto value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = value };

    /// <summary>Whole numbers.</summary>
    public static AttributeProto Of(string name, IEnumerable<long> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    /// <summary>Whole numbers.</summary>
    public static AttributeProto Of(string name, IEnumerable<int> values) => Of(name, values.Select(value => (long)value));

    /// <summary>Texts.</summary>
    public static AttributeProto Of(string name, IEnumerable<string> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Strings };
        attribute.Strings.AddRange(values.Select(ByteString.CopyFromUtf8));
        return attribute;
    }
}
