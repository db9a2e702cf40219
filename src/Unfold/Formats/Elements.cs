using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Unfold.Formats;

/// <summary>Stored numbers of any type as float32. Integers and doubles are rounded to the nearest float: whole numbers are exact up to 2^24.</summary>
internal static class Elements
{
    private const int Chunk = 8192;

    /// <summary>Bytes of one element.</summary>
    internal static int SizeOf(ElementType type) => type switch
    {
        ElementType.Bool or ElementType.UInt8 or ElementType.Int8 => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.UInt32 or ElementType.Int32 or ElementType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Reads as many elements from a stream as there is place for.</summary>
    /// <param name="stream">Stands at the first element.</param>
    /// <param name="type">What the elements are.</param>
    /// <param name="bigEndian">Whether an element's most significant byte comes first.</param>
    /// <param name="values">Receives the numbers.</param>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    internal static void Read(Stream stream, ElementType type, bool bigEndian, Span<float> values)
    {
        if (type == ElementType.Float32 && bigEndian != BitConverter.IsLittleEndian)
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(values));
            return;
        }

        int size = SizeOf(type);
        byte[] buffer = new byte[Math.Min(values.Length, Chunk) * size];
        for (int first = 0; first < values.Length; first += Chunk)
        {
            Span<float> part = values.Slice(first, Math.Min(Chunk, values.Length - first));
            Span<byte> bytes = buffer.AsSpan(0, part.Length * size);
            stream.ReadExactly(bytes);
            for (int i = 0; i < part.Length; i++)
            {
                Span<byte> element = bytes.Slice(i * size, size);
                if (bigEndian)
                    element.Reverse();
                part[i] = ToFloat(type, element);
            }
        }
    }

    /// <summary>Writes float32 elements, little-endian.</summary>
    internal static void Write(Stream stream, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (float value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    private static float ToFloat(ElementType type, ReadOnlySpan<byte> element) => type switch
    {
        ElementType.Bool => element[0] == 0 ? 0 : 1,
        ElementType.UInt8 => element[0],
        ElementType.Int8 => (sbyte)element[0],
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        ElementType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
        ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
        ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
        ElementType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(element),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
    };
}
