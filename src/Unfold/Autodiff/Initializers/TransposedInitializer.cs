using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>What another initializer makes of a forward weight, with inputs and outputs of each group exchanged.</summary>
internal sealed class TransposedInitializer(Initializer inner, int groups) : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        if (shape.Rank < 2 || shape[0] % groups != 0)
        {
            throw new ArgumentException($"A transposed weight in {groups} groups is [inputs, outputs a group, ..] with as many inputs in each, "
                + $"but this one is {shape}.");
        }

        int inputs = shape[0] / groups, outputs = shape[1];
        Span<int> sizes = stackalloc int[shape.Rank];
        shape.CopyTo(sizes);
        (sizes[0], sizes[1]) = (groups * outputs, inputs);
        float[] forward = new float[values.Length];
        inner.Fill(forward, new Shape(sizes), seed, place);
        int kernel = values.IsEmpty ? 0 : values.Length / (shape[0] * outputs);
        for (int row = 0; row < shape[0]; row++)
        {
            (int group, int input) = Math.DivRem(row, inputs);
            for (int output = 0; output < outputs; output++)
            {
                int from = (group * outputs + output) * inputs + input;
                forward.AsSpan(from * kernel, kernel).CopyTo(values[((row * outputs + output) * kernel)..]);
            }
        }
    }

    /// <summary>Such as <c>he_normal, transposed</c>.</summary>
    public override string ToString() => $"{inner}, transposed";
}
