using System.Buffers.Binary;
using System.Text;

namespace Unfold.Tests.Training;

/// <summary>A record of a file of events, read by what shares nothing with the writer.</summary>
internal sealed class EventRecord
{
    public double Time { get; private set; }

    public long Step { get; private set; }

    public string Version { get; private set; } = "";

    public Dictionary<string, float> Scalars { get; } = [];

    /// <summary>By tag: the least, the greatest, the count, the sum, the sum of squares, the limits of the stretches, their counts.</summary>
    public Dictionary<string, double[]> Histograms { get; } = [];

    /// <summary>Records as the format has them: length, masked check sum, message, masked check sum.</summary>
    public static IEnumerable<EventRecord> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            byte[] message = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(message), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            at += 16 + length;
            yield return Event(message);
        }
    }

    private static EventRecord Event(byte[] message)
    {
        EventRecord record = new();
        foreach ((int field, byte[] content, ulong number) in Fields(message))
        {
            switch (field)
            {
                case 1: record.Time = BitConverter.UInt64BitsToDouble(number); break;
                case 2: record.Step = (long)number; break;
                case 3: record.Version = Encoding.UTF8.GetString(content); break;
                case 5:
                    foreach ((_, byte[] value, _) in Fields(content))
                        Value(record, [.. Fields(value)]);
                    break;
                default: Assert.Fail($"field {field}"); break;
            }
        }

        return record;
    }

    private static void Value(EventRecord record, (int Field, byte[] Content, ulong Number)[] fields)
    {
        string tag = Encoding.UTF8.GetString(fields.Single(field => field.Field == 1).Content);
        foreach ((int field, byte[] content, ulong number) in fields.Where(field => field.Field != 1))
        {
            if (field == 2)
                record.Scalars[tag] = BitConverter.UInt32BitsToSingle((uint)number);
            else
                record.Histograms[tag] = [.. Fields(content).SelectMany(part => part.Field <= 5 ? [BitConverter.UInt64BitsToDouble(part.Number)] : part.Content.Chunk(8).Select(eight => BitConverter.ToDouble(eight)))];
        }
    }

    /// <summary>The fields of a protocol buffer: number, bytes or fixed number.</summary>
    private static IEnumerable<(int Field, byte[] Content, ulong Number)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0: yield return (field, [], Varint(message, ref at)); break;
                case 1: yield return (field, [], BitConverter.ToUInt64(message, (at += 8) - 8)); break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    yield return (field, message[at..(at += length)], 0);
                    break;
                case 5: yield return (field, [], BitConverter.ToUInt32(message, (at += 4) - 4)); break;
                default: Assert.Fail($"type {tag & 7}"); break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte value = message[at++];
            number |= (ulong)(value & 127) << shift;
            if (value < 128)
                return number;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }

    /// <summary>Bit by bit, by the polynomial of Castagnoli turned round.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0x82F63B78 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
