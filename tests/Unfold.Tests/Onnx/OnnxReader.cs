using System.Buffers.Binary;
using Google.Protobuf;

namespace Unfold.Tests.Onnx;

/// <summary>
/// Reads the parts of ONNX files that test vectors need, by the field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
/// </summary>
internal static class OnnxReader
{
    private delegate void FieldReader(int field, WireFormat.WireType type, CodedInputStream input);

    /// <summary>A ModelProto.</summary>
    public static OnnxModel Model(byte[] message)
    {
        int opset = 0;
        byte[] graph = [];
        Read(message, (field, type, input) =>
        {
            if (field == 7)
                graph = Bytes(input);
            else if (field == 8)
                Read(Bytes(input), (inner, _, id) => opset = inner == 2 ? (int)id.ReadInt64() : Skip(id, opset));
            else
                input.SkipLastField();
        });
        return Graph(graph, opset);
    }

    /// <summary>A TensorProto.</summary>
    public static OnnxTensor Tensor(byte[] message)
    {
        string name = "";
        var element = OnnxElement.Float;
        List<long> sizes = [];
        List<double> values = [];
        byte[]? raw = null;
        Read(message, (field, type, input) =>
        {
            switch (field)
            {
                case 1: Repeated(input, type, input.ReadInt64, sizes); break;
                case 2: element = (OnnxElement)input.ReadInt32(); break;
                case 4: Repeated(input, type, () => (double)input.ReadFloat(), values); break;
                case 5: Repeated(input, type, () => (double)input.ReadInt32(), values); break;
                case 7: Repeated(input, type, () => (double)input.ReadInt64(), values); break;
                case 8: name = input.ReadString(); break;
                case 9: raw = Bytes(input); break;
                case 10: Repeated(input, type, input.ReadDouble, values); break;
                default: input.SkipLastField(); break;
            }
        });
        int[] shape = [.. sizes.Select(size => checked((int)size))];
        double[] elements = raw is null ? [.. values] : Elements(raw, element);
        int length = shape.Aggregate(1, (product, size) => product * size);
        return elements.Length == length
            ? new OnnxTensor(name, element, shape, elements)
            : throw new InvalidDataException($"The tensor '{name}' of shape [{string.Join(", ", shape)}] has {elements.Length} elements.");
    }

    private static OnnxModel Graph(byte[] message, int opset)
    {
        List<OnnxNode> nodes = [];
        List<OnnxTensor> initializers = [];
        List<string> inputs = [], outputs = [];
        Read(message, (field, _, input) =>
        {
            switch (field)
            {
                case 1: nodes.Add(Node(Bytes(input))); break;
                case 5: initializers.Add(Tensor(Bytes(input))); break;
                case 11: inputs.Add(NameOf(Bytes(input))); break;
                case 12: outputs.Add(NameOf(Bytes(input))); break;
                default: input.SkipLastField(); break;
            }
        });
        return new OnnxModel(opset, nodes, [.. inputs.Except(initializers.Select(tensor => tensor.Name))], outputs, initializers);
    }

    private static OnnxNode Node(byte[] message)
    {
        string kind = "";
        List<string> inputs = [], outputs = [];
        Dictionary<string, object> attributes = [];
        Read(message, (field, _, input) =>
        {
            switch (field)
            {
                case 1: inputs.Add(input.ReadString()); break;
                case 2: outputs.Add(input.ReadString()); break;
                case 4: kind = input.ReadString(); break;
                case 5: ReadAttribute(Bytes(input), attributes); break;
                default: input.SkipLastField(); break;
            }
        });
        return new OnnxNode(kind, inputs, outputs, attributes);
    }

    private static void ReadAttribute(byte[] message, Dictionary<string, object> attributes)
    {
        string name = "";
        object? single = null;
        List<long> integers = [];
        List<float> reals = [];
        Read(message, (field, type, input) =>
        {
            switch (field)
            {
                case 1: name = input.ReadString(); break;
                case 2: single = input.ReadFloat(); break;
                case 3: single = input.ReadInt64(); break;
                case 4: single = input.ReadBytes().ToStringUtf8(); break;
                case 5: single = Tensor(Bytes(input)); break;
                case 7: Repeated(input, type, input.ReadFloat, reals); break;
                case 8: Repeated(input, type, input.ReadInt64, integers); break;
                default: input.SkipLastField(); break;
            }
        });
        attributes.Add(name, single ?? (reals.Count > 0 ? reals : integers));
    }

    /// <summary>The first field of a ValueInfoProto.</summary>
    private static string NameOf(byte[] message)
    {
        string name = "";
        Read(message, (field, _, input) => name = field == 1 ? input.ReadString() : Skip(input, name));
        return name;
    }

    private static double[] Elements(byte[] raw, OnnxElement element)
    {
        int size = element switch { OnnxElement.Bool => 1, OnnxElement.Float or OnnxElement.Int32 => 4, _ => 8 };
        return [.. Enumerable.Range(0, raw.Length / size).Select(i => Element(raw.AsSpan(i * size, size), element))];
    }

    private static double Element(ReadOnlySpan<byte> bytes, OnnxElement element) => element switch
    {
        OnnxElement.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        OnnxElement.Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        OnnxElement.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        OnnxElement.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        OnnxElement.Bool => bytes[0],
        _ => throw new InvalidDataException($"Elements of the type {element} are not read here."),
    };

    private static void Read(byte[] message, FieldReader reader)
    {
        CodedInputStream input = new(message);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            reader(WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag), input);
    }

    /// <summary>One element, or all of them where they are packed.</summary>
    private static void Repeated<T>(CodedInputStream input, WireFormat.WireType type, Func<T> read, List<T> target)
    {
        if (type != WireFormat.WireType.LengthDelimited)
        {
            target.Add(read());
            return;
        }

        int length = input.ReadLength();
        for (long end = input.Position + length; input.Position < end;)
            target.Add(read());
    }

    private static byte[] Bytes(CodedInputStream input) => input.ReadBytes().ToByteArray();

    private static T Skip<T>(CodedInputStream input, T unchanged)
    {
        input.SkipLastField();
        return unchanged;
    }
}
