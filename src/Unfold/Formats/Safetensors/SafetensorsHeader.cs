using System.Text.Json;

namespace Unfold.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file, read and checked: 8 bytes of little-endian length, then that many bytes of JSON, padded with spaces, then the tensors'
/// bytes with neither holes nor overlaps. Source: the format's description at github.com/huggingface/safetensors.
/// </summary>
/// <remarks>The JSON is read token by token, so that nothing is kept but the tensors and texts that it names: memory is bounded by a small multiple of its length.</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the format's own implementation; bounds the memory that a hostile file can take.</summary>
    internal const int MaximumLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private readonly List<TensorEntry> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(long dataLength) => DataLength = dataLength;

    /// <summary>The tensors in the order of their bytes.</summary>
    internal IReadOnlyList<TensorEntry> Tensors => _tensors;

    /// <summary>The file's own texts by name.</summary>
    internal IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Bytes after the header.</summary>
    internal long DataLength { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's JSON, UTF-8.</param>
    /// <param name="dataLength">The bytes that follow it in the file.</param>
    /// <exception cref="FormatException">The header contradicts itself or the file; the message is the end of a sentence.</exception>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new FormatException("its header does not begin with '{': it is not a JSON object, or the file is of another kind");
        SafetensorsHeader header = new(dataLength);
        try
        {
            // The padding is cut off, so that whatever else follows the object is refused.
            Utf8JsonReader reader = new(json.TrimEnd((byte)' '));
            reader.Read();
            header.ReadObject(ref reader);
            if (reader.BytesConsumed < json.TrimEnd((byte)' ').Length)
            {
                reader.Read();
                throw new FormatException("its header is padded with something else than spaces");
            }
        }
        catch (JsonException e)
        {
            throw new FormatException($"its header is not valid JSON ({FirstSentence(e.Message)})", e);
        }
        catch (InvalidOperationException e)
        {
            // A string with bytes that are no UTF-8, or half of a surrogate pair.
            throw new FormatException("its header has a text that is not valid Unicode", e);
        }

        header._tensors.Sort(static (a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)) is int order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name));
        header.CheckLayout();
        return header;
    }

    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message.TrimEnd('.') : message[..end];
    }

    private void ReadObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (!_names.Add(name))
                throw new FormatException($"its header has the name '{name}' twice (duplicate keys are forbidden)");
            if (name == MetadataKey)
                ReadMetadata(ref reader);
            else
                _tensors.Add(TensorDescription.Read(ref reader, name, DataLength));
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"{MetadataKey} is not a JSON object");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new FormatException($"{MetadataKey} has '{name}', which is not a text");
            if (!_metadata.TryAdd(name, reader.GetString()!))
                throw new FormatException($"{MetadataKey} has the name '{name}' twice (duplicate keys are forbidden)");
        }
    }

    private void CheckLayout()
    {
        long position = 0;
        foreach (TensorEntry tensor in _tensors)
        {
            if (tensor.Begin != position)
            {
                throw new FormatException($"tensor '{tensor.Name}' begins at byte {tensor.Begin} of the data, but should at {position}: "
                    + (tensor.Begin < position ? "tensors overlap" : "there is a hole"));
            }

            position = tensor.End;
        }

        if (position != DataLength)
            throw new FormatException($"its tensors take {position} bytes, but {DataLength} bytes of data follow the header");
    }
}
