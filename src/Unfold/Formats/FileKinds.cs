namespace Unfold.Formats;

/// <summary>Tells files apart by their first bytes, whatever they are called.</summary>
internal static class FileKinds
{
    /// <summary>What a file is; safetensors, whose first bytes may be anything, where it cannot be read.</summary>
    internal static FileKind Of(string path)
    {
        Span<byte> start = stackalloc byte[6];
        int length = 0;
        try
        {
            if (File.Exists(path))
            {
                using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
                length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever opens the file next tells why it cannot be read.
        }

        ReadOnlySpan<byte> found = start[..length];

        // An archive begins with its first entry, or, empty, with its directory. As the length of a safetensors header these bytes would be above 60 MB, with zeros behind them.
        bool isArchive = found.StartsWith("PK\x3\x4"u8) || found.StartsWith("PK\x5\x6"u8);
        return found.SequenceEqual<byte>([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']) ? FileKind.Npy : isArchive ? FileKind.Npz : FileKind.Safetensors;
    }
}
