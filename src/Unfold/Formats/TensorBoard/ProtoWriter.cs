using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Unfold.Formats.TensorBoard;

/// <summary>Writes the fields of a protocol buffer. Source: the encoding of protocol buffers, version 3.</summary>
internal sealed class ProtoWriter
{
    private const int VarintType = 0, EightBytes = 1, LengthType = 2, FourBytes = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    internal void Varint(int field, long value)
    {
        Tag(field, VarintType);
        Varint((ulong)value);
    }

    internal void Double(int field, double value)
    {
        Tag(field, EightBytes);
        BinaryPrimitives.WriteDoubleLittleEndian(Next(8), value);
    }

    internal void Single(int field, float value)
    {
        Tag(field, FourBytes);
        BinaryPrimitives.WriteSingleLittleEndian(Next(4), value);
    }

    internal void Doubles(int field, ReadOnlySpan<double> values)
    {
        Tag(field, LengthType);
        Varint(8UL * (ulong)values.Length);
        foreach (double value in values)
            BinaryPrimitives.WriteDoubleLittleEndian(Next(8), value);
    }

    internal void Text(int field, string text)
    {
        Tag(field, LengthType);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    internal void Message(int field, ProtoWriter message)
    {
        Tag(field, LengthType);
        Varint((ulong)message.Bytes.Length);
        _bytes.Write(message.Bytes);
    }

    private void Tag(int field, int type) => Varint(((ulong)field << 3) | (uint)type);

    private void Varint(ulong value)
    {
        for (; value >= 128; value >>= 7)
            Next(1)[0] = (byte)(value | 128);
        Next(1)[0] = (byte)value;
    }

    private Span<byte> Next(int count)
    {
        Span<byte> span = _bytes.GetSpan(count)[..count];
        _bytes.Advance(count);
        return span;
    }
}
