namespace Unfold.Onnx.Import;

/// <summary>Operands of different shapes beside each other: axes are counted from the last, and one of size 1, or that is not there, is repeated.</summary>
internal static class Broadcasting
{
    /// <summary>The shape that all have then.</summary>
    /// <exception cref="FormatException">They do not fit.</exception>
    public static int[] Shape(params ReadOnlySpan<int[]> shapes)
    {
        int rank = 0;
        foreach (int[] shape in shapes)
            rank = Math.Max(rank, shape.Length);
        int[] result = [.. Enumerable.Repeat(1, rank)];
        foreach (int[] shape in shapes)
        {
            for (int axis = 0; axis < shape.Length; axis++)
            {
                ref int size = ref result[rank - shape.Length + axis];
                if (size == 1)
                    size = shape[axis];
                else if (shape[axis] != 1 && shape[axis] != size)
                    throw new FormatException($"the shapes {string.Join(" and ", shapes.ToArray().Select(one => $"[{string.Join(", ", one)}]"))} do not fit");
            }
        }

        return result;
    }

    /// <summary>For each element of a shape the place of the operand's element that stands there.</summary>
    public static int[] Places(int[] operand, int[] shape)
    {
        int rank = shape.Length, length = Length(shape);
        int[] steps = new int[rank];
        for (int axis = operand.Length - 1, step = 1; axis >= 0; axis--)
        {
            steps[rank - operand.Length + axis] = operand[axis] == 1 ? 0 : step;
            step *= operand[axis];
        }

        return Walk(shape, steps, length);
    }

    /// <summary>Walks over all elements of a shape, the last axis fastest, where each axis is a step of some size in another order.</summary>
    public static int[] Walk(int[] shape, int[] steps, int length, int first = 0)
    {
        int[] places = new int[length], at = new int[shape.Length];
        int place = first;
        for (int i = 0; i < length; i++)
        {
            places[i] = place;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                place += steps[axis];
                if (++at[axis] < shape[axis])
                    break;
                place -= steps[axis] * shape[axis];
                at[axis] = 0;
            }
        }

        return places;
    }

    /// <summary>How many elements a shape has.</summary>
    /// <exception cref="ArgumentException">More than a tensor can have.</exception>
    public static int Length(int[] shape) => new Tensors.Shape(shape).Length;

    /// <summary>The elements at some places, whatever they are.</summary>
    public static OnnxTensor Take(OnnxTensor x, int[] shape, int[] places)
    {
        if (x.IsWhole)
        {
            long[] from = x.Integers;
            return new OnnxTensor(shape, Array.ConvertAll(places, place => from[place]));
        }

        ReadOnlySpan<float> values = x.Real.Values;
        float[] taken = new float[places.Length];
        for (int i = 0; i < taken.Length; i++)
            taken[i] = values[places[i]];
        return new OnnxTensor(shape, taken);
    }
}
