using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Unfold.Tensors;

namespace Unfold.Formats.Safetensors;

/// <summary>
/// Collects tensors and texts and writes them as one safetensors file. The bytes depend on nothing but what was added: tensors
/// lie in the order of addition, texts in the order of their names.
/// </summary>
public sealed class SafetensorsWriter
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Name, Tensor Tensor)> _tensors = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Texts that travel with the tensors.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a tensor; it is read when the file is written.</summary>
    /// <param name="name">A name not added before.</param>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved.</exception>
    public void Add(string name, Tensor tensor)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name == "__metadata__" || !_names.Add(name))
            throw new ArgumentException($"A tensor cannot be added under the name '{name}': it is taken.");
        _tensors.Add((name, tensor));
    }

    /// <summary>Writes the file; under its final name only when it is complete and on the disk.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written, or its header would be longer than the format allows, 100 MB.</exception>
    public void Save(string path) => Save(path, "the file");

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for an error: as in <c>the model</c>.</param>
    internal void Save(string path, string what) => AtomicFile.Write(path, what, Write);

    /// <summary>Writes the file's bytes.</summary>
    internal void Write(Stream stream)
    {
        byte[] header = Header();
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach ((_, Tensor tensor) in _tensors)
            Elements.Write(stream, tensor.Values);
    }

    /// <summary>The header's JSON, padded with spaces so that the tensors begin at a multiple of 8 bytes.</summary>
    private byte[] Header()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
                WriteMetadata(json);
            long position = 0;
            foreach ((string name, Tensor tensor) in _tensors)
            {
                long end = position + 4L * tensor.Shape.Length;
                WriteTensor(json, name, tensor.Shape, position, end);
                position = end;
            }

            json.WriteEndObject();
        }

        if (buffer.WrittenCount > SafetensorsHeader.MaximumLength)
            throw new ModelFileException($"A safetensors file cannot be written: its header would have {buffer.WrittenCount} bytes, and the format allows {SafetensorsHeader.MaximumLength}.");
        int padding = -buffer.WrittenCount & 7;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        json.WriteStartObject("__metadata__");
        foreach ((string key, string value) in Metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, string name, Shape shape, long begin, long end)
    {
        json.WriteStartObject(name);
        json.WriteString("dtype", "F32");
        json.WriteStartArray("shape");
        for (int axis = 0; axis < shape.Rank; axis++)
            json.WriteNumberValue(shape[axis]);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
