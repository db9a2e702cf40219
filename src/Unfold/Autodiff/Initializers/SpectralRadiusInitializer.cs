using System.Globalization;
using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>Sparse uniform numbers, scaled so that the largest absolute eigenvalue is as given.</summary>
internal sealed class SpectralRadiusInitializer(double radius, double density) : Initializer
{
    /// <summary>How often a sparse matrix without any cycle, whose radius is 0, is drawn anew.</summary>
    private const ulong Attempts = 100;

    /// <inheritdoc/>
    public override void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        if (shape.Rank != 2 || shape[0] != shape[1])
            throw new ArgumentException($"spectral_radius needs a square matrix, but this one is {shape}.");
        for (ulong attempt = 0; attempt < Attempts; attempt++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                bool kept = CountedRandom.Uniform(seed, place, RandomInitializer.Sequence, 2 * attempt, (uint)i) < density;
                values[i] = kept ? 2 * CountedRandom.Uniform(seed, place, RandomInitializer.Sequence, 2 * attempt + 1, (uint)i) - 1 : 0;
            }

            double drawn = radius == 0 ? 1 : Initializers.SpectralRadius.Of(values, shape[0]);
            if (drawn == 0)
                continue;
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(values[i] * (radius / drawn));
            return;
        }

        throw new ArgumentException(
            $"spectral_radius({radius}, {density}) found no matrix {shape} with a radius above 0: the density leaves too few elements; raise it.");
    }

    /// <summary>As in the cell language: <c>spectral_radius(0.9, 0.1)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"spectral_radius({radius:g6}, {density:g6})");
}
