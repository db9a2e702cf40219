using Unfold.Tensors;

namespace Unfold.Formats.Numpy;

/// <summary>One array in a file of NumPy's own format, <c>.npy</c>: what <c>numpy.save</c> writes and <c>numpy.load</c> reads.</summary>
public static class NpyFile
{
    /// <summary>Reads an array of truths, whole numbers or floats of either byte order and either order of axes; its elements are rounded to float32.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A tensor of the array's shape.</returns>
    /// <exception cref="ModelFileException">The file cannot be read, is something else, is cut short or goes on, or is larger than a tensor can be.</exception>
    public static Tensor Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Guard(path, stream => NpyArray.Read(stream, stream.Length));
    }

    /// <summary>Writes a tensor as float32, version 1.0, in row-major order.</summary>
    /// <param name="path">The file; under this name only when it is complete.</param>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public static void Save(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.Write(path, "the array", stream => NpyArray.Write(stream, tensor));
    }

    /// <summary>What the file's header says of the array.</summary>
    internal static NumpyEntry Describe(string path) => Guard(path, stream => new NumpyEntry(Path.GetFileNameWithoutExtension(path), NpyHeader.Read(stream)));

    private static TResult Guard<TResult>(string path, Func<FileStream, TResult> read)
    {
        try
        {
            if (Directory.Exists(path))
                throw new ModelFileException($"Cannot read '{path}': it is a directory.");
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return read(stream);
        }
        catch (EndOfStreamException e)
        {
            throw new ModelFileException($"'{path}' is not a usable .npy file: it is cut short.", e);
        }
        catch (FormatException e)
        {
            throw new ModelFileException($"'{path}' is not a usable .npy file: {e.Message}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ModelFileException($"Cannot read '{path}': {AtomicFile.Reason(e)}", e);
        }
    }
}
