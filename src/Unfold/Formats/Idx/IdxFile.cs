using System.Buffers.Binary;
using System.IO.Compression;

namespace Unfold.Formats.Idx;

/// <summary>
/// An IDX file of bytes, as MNIST's: a big-endian magic number (0, 0, 8 for bytes, the number of axes), a size for each axis, then the
/// bytes, the last axis fastest. Gzip is recognised by its own magic number, whatever the file is called.
/// </summary>
/// <remarks>Source: LeCun, Cortes and Burges, the MNIST database, "the IDX file format". Memory grows with the bytes that are there, not with those that are announced.</remarks>
internal sealed class IdxFile
{
    private const int BytesKind = 8;
    private const int MostAxes = 4;
    private const int FirstBlock = 1 << 20;

    private IdxFile(int[] sizes, byte[] values)
    {
        Sizes = sizes;
        Values = values;
    }

    /// <summary>The sizes of the axes, the slowest first.</summary>
    internal int[] Sizes { get; }

    /// <summary>The elements, the last axis fastest.</summary>
    internal byte[] Values { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="axes">How many axes it must have: 3 for images, 1 for labels.</param>
    /// <exception cref="InputException">The file cannot be read, is no IDX file of bytes with so many axes, is cut short, or goes on after its end.</exception>
    internal static IdxFile Read(string path, int axes)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            bool zipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            if (!zipped)
                return Read(path, file, axes);
            using GZipStream unzipped = new(file, CompressionMode.Decompress, leaveOpen: true);
            IdxFile read = Read(path, unzipped, axes);
            CheckEnd(file, (uint)(4 + 4 * axes) + (uint)read.Values.Length);
            return read;
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"'{path}' is not a usable IDX file: its gzip data are damaged or cut short.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read '{path}': {AtomicFile.Reason(e)}", e);
        }
    }

    /// <summary>A gzip file ends with the length of what was packed (RFC 1952): the unpacking stream does not miss it where all data are there.</summary>
    private static void CheckEnd(FileStream file, uint length)
    {
        Span<byte> end = stackalloc byte[4];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != length)
            throw new InvalidDataException();
    }

    private static IdxFile Read(string path, Stream stream, int axes)
    {
        Span<byte> head = stackalloc byte[4];
        if (stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) < 4)
            throw Unusable(path, "it is cut short: it has fewer than the 4 bytes of a magic number");
        if (head[0] != 0 || head[1] != 0 || head[3] is 0 or > MostAxes)
            throw Unusable(path, $"its magic number is {BinaryPrimitives.ReadUInt32BigEndian(head)}, and {Magic(axes)} was expected");
        if (head[2] != BytesKind)
            throw Unusable(path, $"its elements are of kind {head[2]}, and bytes (kind {BytesKind}) were expected");
        if (head[3] != axes)
            throw Unusable(path, $"it has {head[3]} axes (magic number {BinaryPrimitives.ReadUInt32BigEndian(head)}), and {axes} were expected ({Magic(axes)}): {(axes == 1 ? "labels" : "images")}");

        int[] sizes = new int[axes];
        long length = 1;
        for (int axis = 0; axis < axes; axis++)
        {
            if (stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) < 4)
                throw Unusable(path, "it is cut short: it ends before the sizes of its axes");
            uint size = BinaryPrimitives.ReadUInt32BigEndian(head);
            length = size is 0 or > int.MaxValue ? long.MaxValue : length * size;
            if (length > Array.MaxLength)
                throw Unusable(path, $"axis {axis} has the size {size}; sizes are 1 or more, and together fewer than 2^31 bytes");
            sizes[axis] = (int)size;
        }

        return new IdxFile(sizes, ReadValues(path, stream, (int)length));
    }

    private static byte[] ReadValues(string path, Stream stream, int length)
    {
        byte[] values = new byte[Math.Min(length, FirstBlock)];
        int done = 0;
        while (true)
        {
            int wanted = values.Length - done;
            int got = stream.ReadAtLeast(values.AsSpan(done), wanted, throwOnEndOfStream: false);
            done += got;
            if (got < wanted)
                throw Unusable(path, $"it is cut short: its sizes announce {length} bytes, and {done} are there");
            if (done == length)
                break;
            Array.Resize(ref values, (int)Math.Min(length, 2L * values.Length));
        }

        return stream.ReadByte() < 0 ? values : throw Unusable(path, $"its sizes announce {length} bytes, but more follow");
    }

    private static uint Magic(int axes) => (BytesKind << 8) + (uint)axes;

    private static InputException Unusable(string path, string why) => new($"'{path}' is not a usable IDX file: {why}.");
}
