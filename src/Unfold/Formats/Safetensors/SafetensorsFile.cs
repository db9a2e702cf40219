using System.Buffers.Binary;
using Unfold.Tensors;

namespace Unfold.Formats.Safetensors;

/// <summary>
/// A safetensors file open for reading. The header is read and checked at once; a tensor's bytes are read when it is asked for, so that memory is
/// bounded by the header and the tensors that are wanted.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly SafetensorsHeader _header;
    private readonly long _dataStart;
    private readonly Dictionary<string, TensorEntry> _byName = [];

    private SafetensorsFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
        _header = ReadHeader(stream, out _dataStart);
        foreach (TensorEntry tensor in _header.Tensors)
            _byName.Add(tensor.Name, tensor);
    }

    /// <summary>The file's name, as it was opened.</summary>
    public string Path { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<TensorEntry> Tensors => _header.Tensors;

    /// <summary>The file's own texts by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file, to be disposed.</returns>
    /// <exception cref="ModelFileException">The file is missing, unreadable, cut short, oversized or inconsistent.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        FileStream? stream = null;
        try
        {
            if (Directory.Exists(path))
                throw new ModelFileException($"Cannot read '{path}': it is a directory.");
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return new SafetensorsFile(path, stream);
        }
        catch (FormatException e)
        {
            stream?.Dispose();
            throw new ModelFileException($"'{path}' is not a usable safetensors file: {e.Message}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            stream?.Dispose();
            throw new ModelFileException($"Cannot read '{path}': {AtomicFile.Reason(e)}", e);
        }
    }

    /// <summary>Whether there is a tensor of a name; if so, its description.</summary>
    /// <param name="name">The name.</param>
    /// <param name="entry">Its description.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TensorEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>Reads a tensor as float32, to which elements of the other types are rounded: F64, F16, BF16, I8 to I64, U8 to U64, and BOOL as 0 and 1.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>A tensor of its own.</returns>
    /// <exception cref="ModelFileException">There is no such tensor, it has no elements of these types, it is larger than a tensor can be, or the file cannot be read.</exception>
    public Tensor Read(string name)
    {
        Tensor tensor = Tensor.Zeros(Find(name).Shape);
        ReadInto(name, tensor.Shape, tensor.Span);
        return tensor;
    }

    /// <summary>Reads a tensor's bytes as they are, of any type: little-endian, row-major.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="ModelFileException">There is no such tensor, it has 2^31 bytes or more, or the file cannot be read.</exception>
    public byte[] ReadBytes(string name)
    {
        TensorEntry entry = Find(name);
        if (entry.End - entry.Begin > Array.MaxLength)
            throw new ModelFileException($"Cannot read tensor '{name}' of '{Path}' at once: it has {entry.End - entry.Begin} bytes, and an array has at most {Array.MaxLength}.");
        try
        {
            byte[] bytes = new byte[entry.End - entry.Begin];
            _stream.Position = _dataStart + entry.Begin;
            _stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException e)
        {
            throw new ModelFileException($"Cannot read '{Path}': {AtomicFile.Reason(e)}", e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    /// <summary>Reads a tensor that must have a shape into memory that is there already.</summary>
    internal void ReadInto(string name, Shape shape, Span<float> values)
    {
        TensorEntry entry = Find(name);
        if (entry.Shape != shape)
            throw new ModelFileException($"'{Path}' does not fit: tensor '{name}' should have the shape {shape}, but has {entry.Shape}.");
        if (TensorEntry.ElementsOf(entry.Type) is not ElementType type)
            throw new ModelFileException($"'{Path}' does not fit: tensor '{name}' should have elements that are numbers of 8 bits or more, but has {entry.Type}.");
        try
        {
            _stream.Position = _dataStart + entry.Begin;
            Elements.Read(_stream, type, bigEndian: false, values);
        }
        catch (IOException e)
        {
            throw new ModelFileException($"Cannot read '{Path}': {AtomicFile.Reason(e)}", e);
        }
    }

    private TensorEntry Find(string name) => _byName.TryGetValue(name, out TensorEntry? entry)
        ? entry
        : throw new ModelFileException($"'{Path}' does not fit: it has no tensor '{name}'.");

    private static SafetensorsHeader ReadHeader(FileStream stream, out long dataStart)
    {
        long length = stream.Length;
        if (length < 8)
            throw new FormatException($"it has {length} bytes, and at least 8 are needed");
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > SafetensorsHeader.MaximumLength)
            throw new FormatException($"its first 8 bytes announce a header of {headerLength} bytes, and at most {SafetensorsHeader.MaximumLength} are read");
        if (headerLength > (ulong)(length - 8))
            throw new FormatException($"its header should have {headerLength} bytes, but only {length - 8} follow: the file is cut short, or of another kind");
        byte[] json = new byte[headerLength];
        stream.ReadExactly(json);
        dataStart = 8 + (long)headerLength;
        return SafetensorsHeader.Parse(json, length - dataStart);
    }
}
