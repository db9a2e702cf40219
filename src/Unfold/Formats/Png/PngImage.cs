using System.Buffers.Binary;
using System.IO.Compression;

namespace Unfold.Formats.Png;

/// <summary>A picture as bytes, from and to PNG files.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 for shades of grey, 3 for red, green and blue.</param>
/// <param name="Values">The pixels channel by channel, <c>[C, H, W]</c>: 0 is black.</param>
internal sealed record PngImage(int Width, int Height, int Channels, byte[] Values)
{
    /// <summary>Reads the size and the number of channels of a file, and nothing else of it.</summary>
    /// <exception cref="InputException">The file cannot be read, or is no PNG file.</exception>
    internal static PngHeader ReadHeader(string path) => Open(path, PngHeader.Read);

    /// <summary>Reads a file; an alpha channel is left out, and 16 bits become 8.</summary>
    /// <exception cref="InputException">The file cannot be read, is no PNG file, is damaged or cut short.</exception>
    internal static PngImage Read(string path) => Open(path, PngReader.Read);

    /// <summary>Writes a file of 8 bits a sample; under its final name only when it is complete.</summary>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    internal void Save(string path) => AtomicFile.Write(path, "the picture", stream =>
    {
        stream.Write(PngHeader.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Height);
        header[8] = 8;
        header[9] = (byte)(Channels == 1 ? 0 : 2);
        WriteChunk(stream, "IHDR"u8, header);
        WriteChunk(stream, "IDAT"u8, Packed());
        WriteChunk(stream, "IEND"u8, []);
    });

    /// <summary>The rows, each behind a zero: no filter.</summary>
    private byte[] Packed()
    {
        using MemoryStream packed = new();
        byte[] row = new byte[1 + Channels * Width];
        using (ZLibStream zip = new(packed, CompressionLevel.Optimal))
        {
            for (int y = 0; y < Height; y++)
            {
                for (int i = 0; i < Channels * Width; i++)
                    row[1 + i] = Values[(i % Channels * Height + y) * Width + i / Channels];
                zip.Write(row);
            }
        }

        return packed.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        byte[] chunk = [.. kind, .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(chunk);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc.Of(chunk));
        stream.Write(number);
    }

    private static T Open<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return read(stream);
        }
        catch (FormatException e)
        {
            throw new InputException($"'{path}' is not a usable PNG file: {e.Message}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read '{path}': {AtomicFile.Reason(e)}", e);
        }
    }
}
