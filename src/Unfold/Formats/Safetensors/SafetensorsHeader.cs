using System.Text.Json;
using Unfold.Tensors;

namespace Unfold.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file, read and checked: 8 bytes of little-endian length, then that many bytes of JSON, then the tensors' bytes with
/// neither holes nor overlaps. Source: the format's description at github.com/huggingface/safetensors.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the format's own implementation; bounds the memory that a hostile file can take.</summary>
    internal const int MaximumLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private static readonly JsonDocumentOptions JsonOptions = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly List<TensorEntry> _tensors = [];
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
    internal static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        SafetensorsHeader header = new(dataLength);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, JsonOptions);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("its header is not a JSON object");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataKey))
                    header.AddMetadata(property.Value);
                else
                    header.AddTensor(property.Name, property.Value);
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

        header._tensors.Sort(static (a, b) => (a.Begin, a.End, a.Name).CompareTo((b.Begin, b.End, b.Name)));
        header.CheckLayout();
        return header;
    }

    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message.TrimEnd('.') : message[..end];
    }

    private void AddMetadata(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{MetadataKey} is not a JSON object");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new FormatException($"{MetadataKey} has '{property.Name}', which is not a text");
            _metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private void AddTensor(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array
            || !element.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
        {
            throw new FormatException($"tensor '{name}' does not have dtype, shape and two data_offsets");
        }

        int elementSize = TensorEntry.SizeOf(type.GetString()!);
        if (elementSize == 0)
            throw new FormatException($"tensor '{name}' has the unknown type '{type.GetString()}'");
        long begin = WholeNumber(name, offsets[0]);
        long end = WholeNumber(name, offsets[1]);
        if (begin > end || end > DataLength)
            throw new FormatException($"tensor '{name}' lies at bytes {begin} to {end}, but there are {DataLength} bytes of data: the file is cut short or inconsistent");
        Shape sizes = ReadShape(name, shape, out long elements);
        if (elements != (end - begin) / elementSize || (end - begin) % elementSize != 0)
            throw new FormatException($"tensor '{name}' of shape {sizes} needs {elements * elementSize} bytes, but has {end - begin}");
        _tensors.Add(new TensorEntry(name, type.GetString()!, sizes, begin, end));
    }

    private static Shape ReadShape(string name, JsonElement shape, out long elements)
    {
        if (shape.GetArrayLength() > Shape.MaximumRank)
            throw new FormatException($"tensor '{name}' has {shape.GetArrayLength()} axes, and at most {Shape.MaximumRank} are supported");
        Span<int> sizes = stackalloc int[shape.GetArrayLength()];
        elements = 1;
        bool empty = false;
        int axis = 0;
        foreach (JsonElement size in shape.EnumerateArray())
        {
            long value = WholeNumber(name, size);
            empty |= value == 0;
            if (value > int.MaxValue)
                throw new FormatException($"tensor '{name}' has an axis of {value}, which is too long");
            sizes[axis++] = (int)value;
            if (elements <= int.MaxValue)
                elements *= Math.Max(1, value);
        }

        elements = empty ? 0 : elements;
        if (elements > int.MaxValue)
            throw new FormatException($"tensor '{name}' has more elements than are supported");
        return new Shape(sizes);
    }

    private static long WholeNumber(string name, JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) && value >= 0
            ? value
            : throw new FormatException($"tensor '{name}' has a size or offset that is not a whole number of at least 0");

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
