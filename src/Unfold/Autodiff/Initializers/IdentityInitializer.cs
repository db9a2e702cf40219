using System.Globalization;
using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>A gain where output and input are of the same number, else 0: in a convolution at the middle of the kernel.</summary>
internal sealed class IdentityInitializer(double gain) : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        if (shape.Rank < 2)
            throw new ArgumentException($"identity needs a weight of two or more axes, but this one is {shape}.");
        values.Clear();
        int kernel = 1, middle = 0;
        for (int axis = 2; axis < shape.Rank; axis++)
        {
            kernel *= shape[axis];
            middle = middle * shape[axis] + shape[axis] / 2;
        }

        for (int i = 0; kernel > 0 && i < Math.Min(shape[0], shape[1]); i++)
            values[(i * shape[1] + i) * kernel + middle] = (float)gain;
    }

    /// <summary>The name, and the gain if it is not 1.</summary>
    public override string ToString() => gain == 1 ? "identity" : string.Create(CultureInfo.InvariantCulture, $"identity(gain {gain:g6})");
}
