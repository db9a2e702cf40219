namespace Unfold.Formats;

/// <summary>
/// Writes a file so that its final name always stands for a complete file: the old one or the new one. The content goes to a temporary name
/// in the same directory, is flushed to the disk, and is then renamed.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Where a file is kept while it is being written. Always the same name, so that a killed process leaves at most one behind.</summary>
    internal static string TemporaryName(string path) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", "." + Path.GetFileName(path) + ".partial");

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its final name. Missing directories are made.</param>
    /// <param name="what">What the file is, for the error: as in <c>the model</c>.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ModelFileException">The file cannot be written; nothing has changed under its final name.</exception>
    internal static void Write(string path, string what, Action<Stream> write)
    {
        try
        {
            string full = Path.GetFullPath(path);
            if (Directory.Exists(full) || Path.EndsInDirectorySeparator(path))
                throw new ModelFileException($"Cannot write {what} to '{path}': it is a directory.");
            if (IsDevice(full))
            {
                using FileStream device = new(full, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            Replace(full, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ModelFileException($"Cannot write {what} to '{path}': {Reason(e)}", e);
        }
    }

    /// <summary>An operating system's reason as the end of a sentence.</summary>
    internal static string Reason(Exception exception) => exception switch
    {
        UnauthorizedAccessException => "permission denied.",
        DirectoryNotFoundException or FileNotFoundException => "there is no such file or directory.",
        _ => exception.Message.TrimEnd('.') + ".",
    };

    private static void Replace(string full, Action<Stream> write)
    {
        string temporary = TemporaryName(full);
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>A device has no content to be replaced, and renaming a file onto it would remove the device.</summary>
    private static bool IsDevice(string full) => !OperatingSystem.IsWindows() && full.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(full)
        && !full.StartsWith("/dev/shm/", StringComparison.Ordinal);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that led here is the one to tell.
        }
    }
}
