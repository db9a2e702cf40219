using System.Buffers.Binary;
using System.Globalization;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Protocol;

/// <summary>Takes the numbers out of tensors of files: as real ones, or as whole ones where they are.</summary>
internal static class TensorReader
{
    private const int MostAxes = 6;

    /// <summary>A tensor's numbers.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="folder">Where files of external data lie; null where there can be none.</param>
    /// <exception cref="FormatException">It is inconsistent, or of a kind that is not supported.</exception>
    public static OnnxTensor Read(TensorProto tensor, string? folder)
    {
        int[] shape = Shape(tensor);
        int length = shape.Aggregate(1, (product, size) => product * size);
        ReadOnlySpan<byte> raw = tensor.DataLocation == TensorProto.Types.DataLocation.External ? External(tensor, folder) : tensor.RawData.Span;
        bool isRaw = !raw.IsEmpty;
        return tensor.DataType switch
        {
            DataType.Float => new OnnxTensor(shape, isRaw ? Raw(tensor, raw, length, 4, BinaryPrimitives.ReadSingleLittleEndian) : Given(tensor, tensor.FloatData, length)),
            DataType.Double => new OnnxTensor(shape, isRaw ? Raw(tensor, raw, length, 8, bytes => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes)) : Given(tensor, [.. tensor.DoubleData.Select(value => (float)value)], length)),
            DataType.Float16 => new OnnxTensor(shape, isRaw
                ? Raw(tensor, raw, length, 2, bytes => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes))
                : Given(tensor, [.. tensor.Int32Data.Select(value => (float)BitConverter.UInt16BitsToHalf((ushort)value))], length)),
            DataType.Int64 => new OnnxTensor(shape, isRaw ? Raw(tensor, raw, length, 8, BinaryPrimitives.ReadInt64LittleEndian) : Given(tensor, tensor.Int64Data, length)),
            DataType.Int32 => new OnnxTensor(shape, isRaw ? Raw(tensor, raw, length, 4, bytes => (long)BinaryPrimitives.ReadInt32LittleEndian(bytes)) : Small(tensor, length)),
            DataType.Bool or DataType.Uint8 => new OnnxTensor(shape, isRaw ? Raw(tensor, raw, length, 1, bytes => (long)bytes[0]) : Small(tensor, length)),
            _ => throw new FormatException($"{Who(tensor)} has elements of the type {tensor.DataType}, and only float, double, float16, int64, int32, uint8 and bool are supported"),
        };
    }

    private static int[] Shape(TensorProto tensor)
    {
        long length = 1;
        if (tensor.Dims.Count > MostAxes)
            throw new FormatException($"{Who(tensor)} has {tensor.Dims.Count} axes; {MostAxes} are the most");
        foreach (long size in tensor.Dims)
        {
            // No product of sizes below 2^31 that are checked one by one leaves 64 bits.
            if (size is < 0 or > int.MaxValue || (length *= size) > int.MaxValue)
                throw new FormatException($"{Who(tensor)} has the shape [{string.Join(", ", tensor.Dims)}], which cannot be");
        }

        return [.. tensor.Dims.Select(size => (int)size)];
    }

    private delegate T Element<T>(ReadOnlySpan<byte> bytes);

    private static T[] Raw<T>(TensorProto tensor, ReadOnlySpan<byte> raw, int length, int size, Element<T> read)
    {
        if (raw.Length != (long)length * size)
            throw Length(tensor, raw.Length / size, length);
        T[] values = new T[length];
        for (int i = 0; i < length; i++)
            values[i] = read(raw.Slice(i * size, size));
        return values;
    }

    private static T[] Given<T>(TensorProto tensor, IReadOnlyList<T> values, int length) =>
        values.Count == length ? [.. values] : throw Length(tensor, values.Count, length);

    private static long[] Small(TensorProto tensor, int length) => Given(tensor, [.. tensor.Int32Data.Select(value => (long)value)], length);

    /// <summary>The bytes of a tensor that lie in another file, which must be in the model's folder.</summary>
    private static byte[] External(TensorProto tensor, string? folder)
    {
        string Entry(string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value ?? "";
        string location = Entry("location");
        if (folder is null || location.Length == 0)
            throw new FormatException($"{Who(tensor)} lies in another file, which is not named or not allowed here");
        string root = Path.GetFullPath(folder), path = Path.GetFullPath(Path.Combine(root, location));
        if (Path.IsPathRooted(location) || !path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new FormatException($"{Who(tensor)} lies in '{location}', which is outside the model's folder");
        try
        {
            FileInfo file = new(path);
            for (FileSystemInfo part = file; part.FullName.Length > root.Length; part = new DirectoryInfo(Path.GetDirectoryName(part.FullName)!))
            {
                if (part.LinkTarget is not null)
                    throw new FormatException($"{Who(tensor)} lies in '{location}', which is a link or behind one");
            }

            long offset = Number(tensor, Entry("offset"), 0), length = Number(tensor, Entry("length"), file.Length - offset);
            if (offset < 0 || length < 0 || offset > file.Length - length || length > Array.MaxLength)
                throw new FormatException($"{Who(tensor)} should be {length:N0} bytes from byte {offset:N0} of '{location}', which has {file.Length:N0}");
            byte[] bytes = new byte[length];
            using FileStream stream = file.OpenRead();
            stream.Position = offset;
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{Who(tensor)} lies in '{location}', which cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static long Number(TensorProto tensor, string text, long absent) => text.Length == 0 ? absent
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
        : throw new FormatException($"{Who(tensor)} has '{text}' where the place of its bytes should be");

    private static FormatException Length(TensorProto tensor, int found, int expected) =>
        new($"{Who(tensor)} has the shape [{string.Join(", ", tensor.Dims)}], which is {expected:N0} elements, but {found:N0} are there");

    private static string Who(TensorProto tensor) => tensor.Name.Length == 0 ? "a constant" : $"the constant '{tensor.Name}'";
}
