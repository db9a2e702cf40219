using Unfold.Autodiff;
using Unfold.Cells.Graph;
using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Cells.Initializers;

/// <summary>
/// Fills a cell's parameters before training, as a pure function of seed and place. A matrix [n, m] has fan-out n (rows, units made) and fan-in m
/// (columns, units read), as in PyTorch; a vector [n] takes n for both, as in Keras.
/// </summary>
internal static class ParameterInitializer
{
    /// <summary>Counts as the sequence of every number drawn here: no batch has it, so that no mask repeats a weight's numbers.</summary>
    private const ulong NoSequence = ulong.MaxValue;

    /// <summary>How often a sparse matrix without any cycle, whose radius is 0, is drawn anew.</summary>
    private const ulong Attempts = 100;

    /// <summary>The same as an initializer of a parameter set.</summary>
    public static Initializer For(Initialization initialization) => new CellInitializer(initialization);

    /// <summary>Fills one parameter.</summary>
    /// <param name="values">Row-major, every element.</param>
    /// <param name="shape">None, one or two axes.</param>
    /// <param name="initialization">
    /// Glorot: uniform within ±sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010, equation 16). He: normal, variance 2 / fan-in (He et al. 2015,
    /// equation 10). Lecun: normal, variance 1 / fan-in (LeCun et al. 1998, section 4.6). Orthogonal: rows or columns, whichever are fewer, orthonormal
    /// and uniformly distributed (Saxe et al. 2014). Log-uniform: exp of uniform between the logarithms. Spectral radius: each element uniform in ±1 with
    /// the given density, else 0, then all scaled so that the largest |eigenvalue| is as given (Jaeger 2001).
    /// </param>
    /// <param name="seed">What random values depend on.</param>
    /// <param name="place">A number that differs from parameter to parameter.</param>
    public static void Fill(Span<float> values, ReadOnlySpan<int> shape, Initialization initialization, ulong seed, uint place)
    {
        int rows = shape.Length == 0 ? 1 : shape[0], columns = shape.Length < 2 ? 1 : shape[1];
        int fanIn = shape.Length < 2 ? rows : columns;
        double first = initialization.First, second = initialization.Second;
        switch (initialization.Kind)
        {
            case InitializationKind.Zeros: values.Clear(); return;
            case InitializationKind.Constant: values.Fill((float)first); return;
            case InitializationKind.Identity: Identity(values, rows, columns); return;
            case InitializationKind.Orthogonal: Orthogonal(values, rows, columns, seed, place); return;
            case InitializationKind.SpectralRadius: SpectralRadius(values, rows, columns, first, second, seed, place); return;
        }

        double bound = Math.Sqrt(6.0 / Math.Max(1, fanIn + rows));
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(initialization.Kind switch
            {
                InitializationKind.Glorot => bound * (2 * Uniform(i) - 1),
                InitializationKind.He => Math.Sqrt(2.0 / Math.Max(1, fanIn)) * Normal(i),
                InitializationKind.Lecun => Math.Sqrt(1.0 / Math.Max(1, fanIn)) * Normal(i),
                InitializationKind.Normal => first + second * Normal(i),
                InitializationKind.Uniform => first + (second - first) * Uniform(i),
                InitializationKind.LogUniform => Math.Exp(Math.Log(first) + (Math.Log(second) - Math.Log(first)) * Uniform(i)),
                _ => throw new ArgumentOutOfRangeException(nameof(initialization), initialization.Kind, "Not an initialisation."),
            });
        }

        double Uniform(int unit) => CountedRandom.Uniform(seed, place, NoSequence, 0, (uint)unit);

        double Normal(int unit) => CountedRandom.Normal(seed, place, NoSequence, 0, (uint)unit);
    }

    private static void Identity(Span<float> values, int rows, int columns)
    {
        values.Clear();
        for (int i = 0; i < Math.Min(rows, columns); i++)
            values[i * columns + i] = 1;
    }

    private static void Orthogonal(Span<float> values, int rows, int columns, ulong seed, uint place)
    {
        var vectors = new double[Math.Min(rows, columns)][];
        int length = Math.Max(rows, columns);
        for (int v = 0; v < vectors.Length; v++)
        {
            vectors[v] = new double[length];
            for (int i = 0; i < length; i++)
                vectors[v][i] = CountedRandom.Normal(seed, place, NoSequence, 0, (uint)(v * length + i));
        }

        double[][] basis = Orthonormal.Of(vectors);
        for (int v = 0; v < basis.Length; v++)
        {
            for (int i = 0; i < length; i++)
                values[rows < columns ? v * columns + i : i * columns + v] = (float)basis[v][i];
        }
    }

    private static void SpectralRadius(Span<float> values, int rows, int columns, double radius, double density, ulong seed, uint place)
    {
        if (rows != columns)
            throw new ArgumentException($"spectral_radius needs a square matrix, but this one is [{rows}, {columns}].");
        for (ulong attempt = 0; attempt < Attempts; attempt++)
        {
            for (int i = 0; i < values.Length; i++)
            {
                bool kept = CountedRandom.Uniform(seed, place, NoSequence, 2 * attempt, (uint)i) < density;
                values[i] = kept ? 2 * CountedRandom.Uniform(seed, place, NoSequence, 2 * attempt + 1, (uint)i) - 1 : 0;
            }

            double drawn = radius == 0 ? 1 : Initializers.SpectralRadius.Of(values, rows);
            if (drawn == 0)
                continue;
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(values[i] * (radius / drawn));
            return;
        }

        throw new ArgumentException(
            $"spectral_radius({radius}, {density}) found no matrix [{rows}, {rows}] with a radius above 0: the density leaves too few elements; raise it.");
    }

    private sealed class CellInitializer(Initialization initialization) : Initializer
    {
        public override void Fill(Span<float> values, Shape shape, ulong seed, uint place)
        {
            Span<int> sizes = stackalloc int[shape.Rank];
            for (int i = 0; i < sizes.Length; i++)
                sizes[i] = shape[i];
            ParameterInitializer.Fill(values, sizes, initialization, seed, place);
        }
    }
}
