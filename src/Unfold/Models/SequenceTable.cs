using System.Globalization;
using Unfold.Formats;
using Unfold.Formats.Numpy;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Sequences of vectors from a file: NumPy's arrays, or lines of numbers.</summary>
internal static class SequenceTable
{
    private static readonly char[] Separators = [' ', '\t', ',', ';'];

    /// <summary>Reads a sequence, or several of one length.</summary>
    /// <param name="path">An .npy file of [T, C] or [T, N, C], or a text with a step a line.</param>
    /// <param name="width">C.</param>
    /// <returns>[T, N, C].</returns>
    /// <exception cref="ModelFileException">The array cannot be read.</exception>
    /// <exception cref="InputException">The file holds no such sequence.</exception>
    internal static Tensor Read(string path, int width)
    {
        if (FileKinds.Of(path) == FileKind.Npy)
        {
            Tensor array = NpyFile.Load(path);
            if (array.Shape.Rank is not (2 or 3) || array.Shape.Last != width || array.Shape.Length == 0)
                throw new InputException($"'{path}' is an array of {array.Shape}, but the model expects [T, C={width}] or [T, N, C={width}].");
            return array.Shape.Rank == 3 ? array : array.Reshape(array.Shape[0], 1, width);
        }

        List<float> values = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                values.AddRange(ReadStep(line, width, path, number));
        }

        return values.Count > 0 ? Tensor.From(values.ToArray(), new Shape(values.Count / width, 1, width)) : throw new InputException($"'{path}' has no line with numbers.");
    }

    /// <summary>The numbers of one step.</summary>
    /// <exception cref="InputException">There are more or fewer, or something else.</exception>
    internal static float[] ReadStep(string line, int width, string where, int number)
    {
        string[] cells = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (cells.Length != width)
            throw new InputException($"{where}, line {number}: {cells.Length} numbers, but the model expects {width} in each step.");
        float[] values = new float[width];
        for (int i = 0; i < width; i++)
        {
            if (!float.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]))
                throw new InputException($"{where}, line {number}: '{cells[i]}' is no number.");
        }

        return values;
    }
}
