namespace Unfold.Formats.TensorBoard;

/// <summary>How numbers are spread: how many lie in each of equal stretches from the least to the greatest.</summary>
internal sealed class Histogram
{
    private const int Stretches = 64;

    /// <param name="parts">The numbers, in several pieces; those that are no numbers, or infinite, are left out.</param>
    internal Histogram(IReadOnlyList<float[]> parts)
    {
        (Least, Greatest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (float[] part in parts)
        {
            foreach (float value in part)
            {
                if (!float.IsFinite(value))
                    continue;
                (Least, Greatest) = (Math.Min(Least, value), Math.Max(Greatest, value));
                (Count, Sum, SumOfSquares) = (Count + 1, Sum + value, SumOfSquares + ((double)value * value));
            }
        }

        if (Count == 0)
            (Least, Greatest) = (0, 0);
        double width = (Greatest - Least) / Stretches;
        Limits = width > 0 ? [.. Enumerable.Range(1, Stretches).Select(i => i == Stretches ? Greatest : Least + (i * width))] : [Greatest];
        Counts = new double[Limits.Length];
        foreach (float[] part in parts)
        {
            foreach (float value in part)
            {
                if (float.IsFinite(value))
                    Counts[width > 0 ? Math.Min(Stretches - 1, (int)((value - Least) / width)) : 0]++;
            }
        }
    }

    internal double Least { get; }

    internal double Greatest { get; }

    internal long Count { get; }

    internal double Sum { get; }

    internal double SumOfSquares { get; }

    /// <summary>Where each stretch ends.</summary>
    internal double[] Limits { get; }

    /// <summary>How many numbers each has.</summary>
    internal double[] Counts { get; }
}
