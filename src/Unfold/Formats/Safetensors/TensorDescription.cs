using System.Text.Json;

namespace Unfold.Formats.Safetensors;

/// <summary>Reads and checks what a header says of one tensor: <c>{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}</c>. Other members are passed over, as by the format's own implementation.</summary>
internal static class TensorDescription
{
    /// <summary>More axes than any system has: NumPy has at most 64.</summary>
    private const int MaximumAxes = 64;

    /// <summary>Reads one.</summary>
    /// <param name="reader">Stands at the value; at its end afterwards.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="dataLength">The bytes after the header.</param>
    /// <exception cref="FormatException">It contradicts itself or the file; the message is the end of a sentence.</exception>
    internal static TensorEntry Read(ref Utf8JsonReader reader, string name, long dataLength)
    {
        string? type = null;
        long[]? sizes = null, offsets = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Incomplete(name);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype":
                    RequireFirst(name, key, type);
                    type = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Incomplete(name);
                    break;
                case "shape":
                    RequireFirst(name, key, sizes);
                    sizes = ReadNumbers(ref reader, name);
                    break;
                case "data_offsets":
                    RequireFirst(name, key, offsets);
                    offsets = ReadNumbers(ref reader, name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return type is not null && sizes is not null && offsets is [long begin, long end] ? Checked(new TensorEntry(name, type, sizes, begin, end), dataLength) : throw Incomplete(name);
    }

    private static void RequireFirst(string name, string key, object? found)
    {
        if (found is not null)
            throw new FormatException($"tensor '{name}' has {key} twice (duplicate keys are forbidden)");
    }

    private static FormatException Incomplete(string name) => new($"tensor '{name}' does not have dtype, shape and two data_offsets");

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Incomplete(name);
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            bool isWhole = reader.TokenType == JsonTokenType.Number && reader.ValueSpan[0] != (byte)'-' && reader.TryGetInt64(out long _);
            if (!isWhole)
                throw new FormatException($"tensor '{name}' has a size or offset that is not a whole number from 0 to 2^63 - 1");
            if (numbers.Count == MaximumAxes)
                throw new FormatException($"tensor '{name}' has more than {MaximumAxes} axes");
            numbers.Add(reader.GetInt64());
        }

        return [.. numbers];
    }

    private static TensorEntry Checked(TensorEntry tensor, long dataLength)
    {
        string name = tensor.Name, sizes = TensorEntry.SizesText(tensor.Sizes);
        long bytes = tensor.End - tensor.Begin;
        int bits = TensorEntry.BitsOf(tensor.Type);
        if (bits == 0)
            throw new FormatException($"tensor '{name}' has the unknown type '{tensor.Type}'");
        if (tensor.Begin > tensor.End || tensor.End > dataLength)
            throw new FormatException($"tensor '{name}' lies at bytes {tensor.Begin} to {tensor.End}, but there are {dataLength} bytes of data: the file is cut short or inconsistent");

        // Below 2^64 elements of at most 64 bits at every step, so that the product of hostile sizes cannot overflow.
        UInt128 needed = tensor.Sizes.Contains(0) ? UInt128.Zero : (UInt128)bits;
        foreach (long size in tensor.Sizes)
        {
            needed *= (UInt128)size;
            if (needed > (UInt128)ulong.MaxValue)
                throw new FormatException($"tensor '{name}' of shape {sizes} needs more bytes than a file can have");
        }

        if (needed % 8 != 0)
            throw new FormatException($"tensor '{name}' of shape {sizes} and type {tensor.Type} does not end at a whole byte");
        if (needed / 8 != (UInt128)bytes)
            throw new FormatException($"tensor '{name}' of shape {sizes} needs {needed / 8} bytes, but has {bytes}");
        return tensor;
    }
}
