using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Unfold.Onnx.Protocol;

/// <summary>
/// Walks over a message before it is parsed, without keeping anything: a file of some megabytes could else ask for millions of objects, or for graphs in graphs in graphs.
/// </summary>
internal sealed class WireLimits
{
    private const int MostMessages = 500_000;
    private const int MostDepth = 64;

    private int _messages;

    /// <summary>Refuses a message whose parts are too many or nested too deeply, or that is cut short.</summary>
    /// <exception cref="FormatException">It is so.</exception>
    public static void Check(ReadOnlySpan<byte> message, MessageDescriptor descriptor) => new WireLimits().Walk(message, descriptor, 0);

    private void Walk(ReadOnlySpan<byte> message, MessageDescriptor descriptor, int depth)
    {
        if (++_messages > MostMessages)
            throw new FormatException($"it has more than {MostMessages:N0} parts");
        if (depth > MostDepth)
            throw new FormatException($"its parts are nested deeper than {MostDepth}");
        while (!message.IsEmpty)
        {
            uint tag = (uint)Number(ref message);
            WireFormat.WireType type = WireFormat.GetTagWireType(tag);
            if (WireFormat.GetTagFieldNumber(tag) == 0)
                throw new FormatException("it has a field without a number: it is no ONNX file");
            switch (type)
            {
                case WireFormat.WireType.Varint: Number(ref message); break;
                case WireFormat.WireType.Fixed32: Take(ref message, 4); break;
                case WireFormat.WireType.Fixed64: Take(ref message, 8); break;
                case WireFormat.WireType.LengthDelimited:
                    ReadOnlySpan<byte> inner = Take(ref message, Number(ref message));
                    FieldDescriptor? field = descriptor.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag));
                    if (field?.FieldType == FieldType.Message)
                        Walk(inner, field.MessageType, depth + 1);
                    break;
                default: throw new FormatException("it has a field of a kind that ONNX does not use: it is no ONNX file");
            }
        }
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> message, ulong length)
    {
        if (length > (ulong)message.Length)
            throw new FormatException($"it is cut short, or no ONNX file: a field of {length:N0} bytes stands where {message.Length:N0} are left");
        ReadOnlySpan<byte> taken = message[..(int)length];
        message = message[(int)length..];
        return taken;
    }

    private static ulong Number(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int i = 0; i < message.Length && i < 10; i++)
        {
            value |= (ulong)(message[i] & 0x7f) << Math.Min(63, 7 * i);
            if (message[i] < 0x80)
            {
                message = message[(i + 1)..];
                return value;
            }
        }

        throw new FormatException("it is cut short, or no ONNX file: a number does not end");
    }
}
