using Unfold.Tensors;

namespace Unfold.Onnx.Export;

/// <summary>Writes feed-forward layers.</summary>
internal static partial class LayerWriter
{
    /// <summary>A matrix [R, S] as [S, R].</summary>
    public static float[] Turned(ReadOnlySpan<float> values, int rows, int columns)
    {
        float[] turned = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                turned[(column * rows) + row] = values[(row * columns) + column];
        }

        return turned;
    }

    /// <summary>The sizes of a shape.</summary>
    public static int[] SizesOf(Shape shape)
    {
        int[] sizes = new int[shape.Rank];
        shape.CopyTo(sizes);
        return sizes;
    }
}
