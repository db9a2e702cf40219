using System.IO.Compression;
using Unfold.Tensors;

namespace Unfold.Formats.Numpy;

/// <summary>
/// Arrays by name in an <c>.npz</c> file, a ZIP archive of .npy files: what <c>numpy.savez</c> and <c>numpy.savez_compressed</c> write. The archive's directory and the arrays' headers are
/// read and checked at once, an array when it is asked for.
/// </summary>
public sealed class NpzFile : IDisposable
{
    /// <summary>Deflate cannot shrink anything further; an archive that claims more would fill memory with what is not there.</summary>
    private const long GreatestRatio = 1032;

    private const string Extension = ".npy";

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _byName = new(StringComparer.Ordinal);
    private readonly List<NumpyEntry> _arrays = [];

    private NpzFile(string path, ZipArchive archive)
    {
        Path = path;
        _archive = archive;
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.FullName.EndsWith(Extension, StringComparison.Ordinal)))
        {
            string name = entry.FullName[..^Extension.Length];
            if (!_byName.TryAdd(name, entry))
                throw new FormatException($"it has the array '{name}' twice");
            if (entry.Length > (entry.CompressedLength * GreatestRatio) + GreatestRatio)
                throw new FormatException($"its array '{name}' claims {entry.Length} bytes, which {entry.CompressedLength} compressed ones cannot hold");
            _arrays.Add(new NumpyEntry(name, InArray(name, entry, static (stream, _) => NpyHeader.Read(stream))));
        }
    }

    /// <summary>The file's name, as it was opened.</summary>
    public string Path { get; }

    /// <summary>The arrays in the archive's order.</summary>
    public IReadOnlyList<NumpyEntry> Arrays => _arrays;

    /// <summary>Opens a file and checks its directory and the arrays' headers.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file, to be disposed.</returns>
    /// <exception cref="ModelFileException">The file cannot be read, is something else, or contradicts itself.</exception>
    public static NpzFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        FileStream? stream = null;
        try
        {
            if (Directory.Exists(path))
                throw new ModelFileException($"Cannot read '{path}': it is a directory.");
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return new NpzFile(path, new ZipArchive(stream, ZipArchiveMode.Read));
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            stream?.Dispose();
            throw Told(path, e);
        }
    }

    /// <summary>Reads an array of truths, whole numbers or floats; its elements are rounded to float32.</summary>
    /// <param name="name">Its name, without <c>.npy</c>.</param>
    /// <returns>A tensor of the array's shape.</returns>
    /// <exception cref="ModelFileException">There is no such array, its elements are something else, it is cut short, or it is larger than a tensor can be.</exception>
    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_byName.TryGetValue(name, out ZipArchiveEntry? entry))
            throw new ModelFileException($"'{Path}' does not fit: it has no array '{name}'.");
        try
        {
            return InArray(name, entry, NpyArray.Read);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            throw Told(Path, e);
        }
    }

    /// <summary>Writes tensors as float32, each under its name, as <c>numpy.savez_compressed</c> does, or without compression as <c>numpy.savez</c>. The same tensors give the same bytes.</summary>
    /// <param name="path">The file; under this name only when it is complete.</param>
    /// <param name="tensors">The tensors, in the order of the archive, and their names, each once and without <c>.npy</c>.</param>
    /// <param name="compress">Whether to compress them; default false.</param>
    /// <exception cref="ArgumentException">A name is empty or there twice.</exception>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(tensors);
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        if (all.Any(pair => string.IsNullOrEmpty(pair.Key)) || all.DistinctBy(pair => pair.Key, StringComparer.Ordinal).Count() != all.Length)
            throw new ArgumentException("Arrays in an .npz file have names, each another, but a name is empty or there twice.");
        AtomicFile.Write(path, "the arrays", stream =>
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, Tensor tensor) in all)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name + Extension, compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                NpyArray.Write(content, tensor);
            }
        });
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _archive.Dispose();

    private static TResult InArray<TResult>(string name, ZipArchiveEntry entry, Func<Stream, long, TResult> read)
    {
        try
        {
            using Stream stream = entry.Open();
            return read(stream, entry.Length);
        }
        catch (FormatException e)
        {
            throw new FormatException($"of its array '{name}': {e.Message}", e);
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException($"its array '{name}' is cut short", e);
        }
    }

    private static bool IsOfTheFile(Exception e) => e is FormatException or InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>An error in a file as a person is told it.</summary>
    private static ModelFileException Told(string path, Exception e) => e switch
    {
        FormatException => new ModelFileException($"'{path}' is not a usable .npz file: {e.Message}.", e),
        InvalidDataException => new ModelFileException($"'{path}' is not a usable .npz file: its archive is damaged, cut short or of another kind ({e.Message.TrimEnd('.')}).", e),
        _ => new ModelFileException($"Cannot read '{path}': {AtomicFile.Reason(e)}", e),
    };
}
