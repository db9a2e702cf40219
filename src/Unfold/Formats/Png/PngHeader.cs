using System.Buffers.Binary;

namespace Unfold.Formats.Png;

/// <summary>The first chunk of a PNG file: what kind of picture follows.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="BitDepth">Bits a sample.</param>
/// <param name="ColorType">Bit 0: a palette; bit 1: colours; bit 2: an alpha channel.</param>
/// <param name="Interlaced">Whether the rows come in seven passes.</param>
/// <remarks>Source: Portable Network Graphics, third edition, W3C 2025, sections 5.2 and 11.2.1.</remarks>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, int ColorType, bool Interlaced)
{
    /// <summary>The greatest width and height that are read: no memory is taken for what only a header announces.</summary>
    internal const int MostPixels = 8192;

    /// <summary>The bytes that a PNG file begins with.</summary>
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>1 for shades of grey, 3 for colours; an alpha channel does not count.</summary>
    internal int Channels => (ColorType & 2) == 0 ? 1 : 3;

    /// <summary>Samples of a pixel as they stand in the file.</summary>
    internal int Samples => ColorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>How far the filters look back: the bytes of a pixel, 1 where it has less.</summary>
    internal int PixelBytes => Math.Max(1, Samples * BitDepth / 8);

    /// <summary>Reads the signature and the header of a file.</summary>
    /// <exception cref="FormatException">It is no PNG file, or too large.</exception>
    internal static PngHeader Read(Stream stream)
    {
        Span<byte> head = stackalloc byte[33];
        int got = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (got < Signature.Length || !head[..Signature.Length].SequenceEqual(Signature))
            throw new FormatException("it does not begin as a PNG file does");
        if (got < head.Length || !head[12..16].SequenceEqual("IHDR"u8) || BinaryPrimitives.ReadUInt32BigEndian(head[8..]) != 13)
            throw new FormatException("its header is cut short or missing");
        if (BinaryPrimitives.ReadUInt32BigEndian(head[29..]) != Crc.Of(head[12..29]))
            throw new FormatException("its header is damaged");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(head[16..]);
        uint height = BinaryPrimitives.ReadUInt32BigEndian(head[20..]);
        if (width is 0 or > MostPixels || height is 0 or > MostPixels)
            throw new FormatException($"it is {width} x {height} pixels large, and 1 to {MostPixels} are read");
        PngHeader header = new((int)width, (int)height, head[24], head[25], head[28] == 1);
        bool possible = header.ColorType switch
        {
            0 => header.BitDepth is 1 or 2 or 4 or 8 or 16,
            3 => header.BitDepth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => header.BitDepth is 8 or 16,
            _ => false,
        };
        return possible && head[26] == 0 && head[27] == 0 && head[28] <= 1
            ? header
            : throw new FormatException($"its header names a kind of image that there is not (colour type {header.ColorType}, {header.BitDepth} bits)");
    }

    /// <summary>The bytes of a row of some pixels, without its filter's number.</summary>
    internal int RowBytes(int width) => (width * Samples * BitDepth + 7) / 8;

    /// <summary>Column and row of the first pixel of each pass, and the steps to the next; one pass over everything without interlacing.</summary>
    internal (int X, int Y, int StepX, int StepY)[] Passes() => Interlaced
        ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        : [(0, 0, 1, 1)];
}
