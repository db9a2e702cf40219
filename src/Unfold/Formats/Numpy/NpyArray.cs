using Unfold.Tensors;

namespace Unfold.Formats.Numpy;

/// <summary>The elements of an .npy file into a tensor and out of one.</summary>
internal static class NpyArray
{
    /// <summary>Reads a whole array: header and elements.</summary>
    /// <param name="stream">Stands at the beginning.</param>
    /// <param name="length">The bytes that there are.</param>
    /// <exception cref="FormatException">It is something else; the message is the end of a sentence.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    internal static Tensor Read(Stream stream, long length)
    {
        NpyHeader header = NpyHeader.Read(stream);
        (Shape shape, ElementType type, bool bigEndian) = header.Check(length - header.Length);
        Tensor tensor = Tensor.Zeros(shape);
        if (!header.FortranOrder || shape.Rank < 2)
        {
            Elements.Read(stream, type, bigEndian, tensor.Span);
            return tensor;
        }

        float[] values = new float[shape.Length];
        Elements.Read(stream, type, bigEndian, values);
        FromFortran(values, shape, tensor.Span);
        return tensor;
    }

    /// <summary>Writes a tensor as float32 in row-major order.</summary>
    internal static void Write(Stream stream, Tensor tensor)
    {
        stream.Write(NpyHeader.Write(tensor.Shape));
        Elements.Write(stream, tensor.Values);
    }

    /// <summary>From an order in which the first axis is the fastest to one in which the last is.</summary>
    private static void FromFortran(ReadOnlySpan<float> from, Shape shape, Span<float> to)
    {
        Span<int> place = stackalloc int[shape.Rank];
        place.Clear();
        for (int i = 0; i < to.Length; i++)
        {
            int source = 0;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
                source = (source * shape[axis]) + place[axis];
            to[i] = from[source];
            for (int axis = shape.Rank - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--)
                place[axis] = 0;
        }
    }
}
