namespace Unfold.Metrics;

/// <summary>How many spans there are, were guessed, and were guessed rightly.</summary>
/// <param name="True">Spans that there are.</param>
/// <param name="Guessed">Spans that were guessed.</param>
/// <param name="Right">Those of them that are right.</param>
public readonly record struct SpanCount(long True, long Guessed, long Right)
{
    /// <summary>The share of guessed spans that are right; 0 of none.</summary>
    public double Precision => Guessed == 0 ? 0 : (double)Right / Guessed;

    /// <summary>The share of true spans that were found; 0 of none.</summary>
    public double Recall => True == 0 ? 0 : (double)Right / True;

    /// <summary>The harmonic mean of <see cref="Precision"/> and <see cref="Recall"/>; 0 where both are.</summary>
    public double F1 => Right == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);
}
