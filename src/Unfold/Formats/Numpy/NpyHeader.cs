using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Unfold.Tensors;

namespace Unfold.Formats.Numpy;

/// <summary>
/// The beginning of an .npy file: <c>\x93NUMPY</c>, two bytes of version, the header's length in two bytes (version 1) or four (2 and 3), the header.
/// Source: numpy.lib.format, versions 1.0 to 3.0.
/// </summary>
/// <param name="Type">The element type as NumPy writes it, as in <c>&lt;f4</c>; for records the list that describes them.</param>
/// <param name="FortranOrder">Whether the first axis is the fastest.</param>
/// <param name="Sizes">The sizes of the axes.</param>
/// <param name="Length">Bytes up to the first element.</param>
internal sealed record NpyHeader(string Type, bool FortranOrder, long[] Sizes, int Length)
{
    /// <summary>The longest header that is read; NumPy itself reads 10,000 bytes unless it is told to trust the file.</summary>
    internal const int MaximumLength = 65_536;

    private const int Alignment = 64;

    /// <summary>Digits for which NumPy leaves room, so that an array can grow along its first axis in its place.</summary>
    private const int LongestSize = 21;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="FormatException">It is something else; the message is the end of a sentence.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    internal static NpyHeader Read(Stream stream)
    {
        Span<byte> start = stackalloc byte[12];
        stream.ReadExactly(start[..8]);
        if (!start[..6].SequenceEqual(Magic))
            throw new FormatException("it does not begin as NumPy's files do");
        int version = start[6];
        if (version is < 1 or > 3)
            throw new FormatException($"it has the format version {version}.{start[7]}, and versions 1.0, 2.0 and 3.0 are read");
        int prefix = version == 1 ? 2 : 4;
        stream.ReadExactly(start.Slice(8, prefix));
        uint length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > MaximumLength)
            throw new FormatException($"it announces a header of {length} bytes, and at most {MaximumLength} are read");
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        string text = (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
        (string type, bool fortranOrder, long[] sizes) = new HeaderReader(text).Read();
        return new NpyHeader(type, fortranOrder, sizes, 8 + prefix + (int)length);
    }

    /// <summary>The beginning of a file for float32 elements, as NumPy writes it: version 1.0, padded so that the elements begin at a multiple of 64 bytes.</summary>
    internal static byte[] Write(Shape shape)
    {
        string sizes = string.Concat(Enumerable.Range(0, shape.Rank).Select(axis => $"{shape[axis]}{(axis < shape.Rank - 1 ? ", " : shape.Rank == 1 ? "," : "")}"));
        string room = shape.Rank == 0 ? "" : new string(' ', LongestSize - shape[0].ToString(CultureInfo.InvariantCulture).Length);
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}{room}";
        int padding = -(10 + header.Length + 1) & (Alignment - 1);
        byte[] bytes = [.. Magic, 1, 0, 0, 0, .. Encoding.ASCII.GetBytes(header), .. Enumerable.Repeat((byte)' ', padding), (byte)'\n'];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(bytes.Length - 10));
        return bytes;
    }

    /// <summary>The shape and the elements' type, checked against the bytes that there are.</summary>
    /// <param name="available">The bytes after the header.</param>
    /// <exception cref="FormatException">They do not fit, or the elements are no numbers.</exception>
    internal (Shape Shape, ElementType Type, bool BigEndian) Check(long available)
    {
        (ElementType type, bool bigEndian) = ReadType();
        string sizes = $"[{string.Join(", ", Sizes)}]";
        if (Sizes.Length > Shape.MaximumRank)
            throw new FormatException($"it has {Sizes.Length} axes, but a tensor has at most {Shape.MaximumRank} here");
        UInt128 elements = Sizes.Contains(0) ? UInt128.Zero : UInt128.One;
        foreach (long size in Sizes)
        {
            elements *= (UInt128)size;
            if (elements > int.MaxValue || size > int.MaxValue)
                throw new FormatException($"its shape {sizes} has more elements than a tensor can hold, 2^31 - 1");
        }

        long needed = (long)elements * Elements.SizeOf(type);
        if (needed != available)
            throw new FormatException($"its shape {sizes} of {Type} needs {needed} bytes, but {available} follow the header");
        return (new Shape([.. Sizes.Select(size => (int)size)]), type, bigEndian);
    }

    private (ElementType Type, bool BigEndian) ReadType()
    {
        ElementType? type = Type.Length < 2 ? null : Type[1..] switch
        {
            "b1" => ElementType.Bool,
            "u1" => ElementType.UInt8,
            "i1" => ElementType.Int8,
            "u2" => ElementType.UInt16,
            "i2" => ElementType.Int16,
            "u4" => ElementType.UInt32,
            "i4" => ElementType.Int32,
            "u8" => ElementType.UInt64,
            "i8" => ElementType.Int64,
            "f2" => ElementType.Float16,
            "f4" => ElementType.Float32,
            "f8" => ElementType.Float64,
            _ => null,
        };
        if (type is not ElementType found || Type[0] is not ('<' or '>' or '|' or '='))
        {
            throw new FormatException($"it has elements of the type {Type}, and only numbers are read"
                + (Type.Contains('O', StringComparison.Ordinal) ? ": Python objects would have to be executed, save them as plain arrays" : ""));
        }

        return (found, Type[0] == '>' || (Type[0] == '=' && !BitConverter.IsLittleEndian));
    }
}
