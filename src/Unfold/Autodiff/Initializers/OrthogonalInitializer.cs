using System.Globalization;
using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>Orthonormal rows or columns, whichever are fewer, uniformly distributed; of a convolution, of [outputs, everything else].</summary>
internal sealed class OrthogonalInitializer(double gain) : Initializer
{
    /// <inheritdoc/>
    public override void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        if (shape.Rank < 2)
            throw new ArgumentException($"orthogonal needs a weight of two or more axes, but this one is {shape}.");
        if (values.IsEmpty)
            return;
        int rows = shape[0], columns = values.Length / rows;
        var vectors = new double[Math.Min(rows, columns)][];
        int length = Math.Max(rows, columns);
        for (int v = 0; v < vectors.Length; v++)
        {
            vectors[v] = new double[length];
            for (int i = 0; i < length; i++)
                vectors[v][i] = CountedRandom.Normal(seed, place, RandomInitializer.Sequence, 0, (uint)(v * length + i));
        }

        double[][] basis = Orthonormal.Of(vectors);
        for (int v = 0; v < basis.Length; v++)
        {
            for (int i = 0; i < length; i++)
                values[rows < columns ? v * columns + i : i * columns + v] = (float)(gain * basis[v][i]);
        }
    }

    /// <summary>The name, and the gain if it is not 1.</summary>
    public override string ToString() => gain == 1 ? "orthogonal" : string.Create(CultureInfo.InvariantCulture, $"orthogonal(gain {gain:g6})");
}
