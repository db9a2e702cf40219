using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Unfold.Formats.Png;

/// <summary>
/// Decodes a PNG file: all colour types, depths and filters, interlaced or not. Rows are unpacked one at a time, so that memory is bounded by the file and the size
/// that its header announces.
/// </summary>
/// <remarks>Source: Portable Network Graphics, third edition, W3C 2025. An alpha channel is left out, 16 bits become 8, and chunks of text, time, colour profiles are passed over.</remarks>
internal sealed class PngReader
{
    private readonly PngHeader _header;
    private readonly MemoryStream _packed = new();
    private readonly byte[] _pixels;
    private byte[] _palette = [];

    private PngReader(PngHeader header)
    {
        _header = header;
        _pixels = new byte[header.Channels * header.Width * header.Height];
    }

    /// <summary>Decodes a file from its beginning.</summary>
    /// <exception cref="FormatException">It is no PNG file, is damaged or cut short.</exception>
    internal static PngImage Read(Stream stream)
    {
        PngHeader header = PngHeader.Read(stream);
        PngReader reader = new(header);
        reader.ReadChunks(stream);
        try
        {
            reader.Decode();
        }
        catch (InvalidDataException e)
        {
            throw new FormatException("its image data are damaged", e);
        }

        return new PngImage(header.Width, header.Height, header.Channels, reader._pixels);
    }

    private void ReadChunks(Stream stream)
    {
        Span<byte> length = stackalloc byte[4];
        while (true)
        {
            if (stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length)
                throw new FormatException("it is cut short: its last chunk is missing");
            uint size = BinaryPrimitives.ReadUInt32BigEndian(length);
            if (size + 8L > stream.Length - stream.Position)
                throw new FormatException($"it is cut short: a chunk should have {size} bytes more");
            byte[] chunk = new byte[size + 4];
            stream.ReadExactly(chunk);
            stream.ReadExactly(length);
            if (BinaryPrimitives.ReadUInt32BigEndian(length) != Crc.Of(chunk))
                throw new FormatException("a chunk is damaged: its check sum is wrong");
            ReadOnlySpan<byte> kind = chunk.AsSpan(0, 4);
            if (kind.SequenceEqual("IEND"u8))
                return;
            if (kind.SequenceEqual("IDAT"u8))
                _packed.Write(chunk.AsSpan(4));
            else if (kind.SequenceEqual("PLTE"u8))
                _palette = chunk[4..];
            else if (char.IsAsciiLetterUpper((char)kind[0]))
                throw new FormatException($"it has a chunk '{Encoding.Latin1.GetString(kind)}' that cannot be left out and is unknown");
        }
    }

    private void Decode()
    {
        _packed.Position = 0;
        using ZLibStream rows = new(_packed, CompressionMode.Decompress);
        foreach ((int x, int y, int stepX, int stepY) in _header.Passes())
        {
            int width = (_header.Width - x + stepX - 1) / stepX;
            if (width <= 0)
                continue;
            byte[] row = new byte[_header.RowBytes(width)];
            byte[] before = new byte[row.Length];
            for (int at = y; at < _header.Height; at += stepY)
            {
                int filter = rows.ReadByte();
                if (filter < 0 || rows.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                    throw new FormatException($"its image data end before row {at} does");
                Restore(filter, row, before);
                for (int i = 0; i < width; i++)
                    Set(at * _header.Width + x + i * stepX, row, i);
                (row, before) = (before, row);
            }
        }

        if (rows.ReadByte() >= 0)
            throw new FormatException("its image data have more rows than its header announces");
    }

    /// <summary>Undoes a row's filter.</summary>
    private void Restore(int filter, byte[] row, byte[] before)
    {
        if (filter > 4)
            throw new FormatException($"a row has the filter {filter}, and there are 0 to 4");
        int back = _header.PixelBytes;
        for (int i = 0; i < row.Length && filter != 0; i++)
        {
            int left = i >= back ? row[i - back] : 0;
            int corner = i >= back ? before[i - back] : 0;
            row[i] += (byte)(filter switch
            {
                1 => left,
                2 => before[i],
                3 => (left + before[i]) / 2,
                _ => Paeth(left, before[i], corner),
            });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner;
        int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private void Set(int place, byte[] row, int pixel)
    {
        int plane = _header.Width * _header.Height;
        if (_header.ColorType == 3)
        {
            int entry = 3 * Sample(row, pixel);
            if (entry + 3 > _palette.Length)
                throw new FormatException($"a pixel has the colour {entry / 3}, and its palette has {_palette.Length / 3}");
            for (int c = 0; c < 3; c++)
                _pixels[c * plane + place] = _palette[entry + c];
            return;
        }

        for (int c = 0; c < _header.Channels; c++)
        {
            int sample = Sample(row, pixel * _header.Samples + c);
            _pixels[c * plane + place] = (byte)(_header.BitDepth >= 8 ? sample : sample * 255 / ((1 << _header.BitDepth) - 1));
        }
    }

    /// <summary>A sample of a row; of 16 bits the upper 8.</summary>
    private int Sample(byte[] row, int number) => _header.BitDepth switch
    {
        16 => row[2 * number],
        8 => row[number],
        int bits => row[number * bits / 8] >> (8 - bits - number * bits % 8) & (1 << bits) - 1,
    };
}
