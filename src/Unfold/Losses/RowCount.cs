namespace Unfold.Losses;

/// <summary>What the mean of a classifier's losses divides by, and sums in double.</summary>
internal static class RowCount
{
    /// <summary>The sum of the classes' weights over the rows that have a target, each 1 where there are no weights.</summary>
    public static double Of(ReadOnlySpan<int> targets, int ignoreIndex, ReadOnlySpan<float> weights)
    {
        if (weights.IsEmpty)
            return targets.Length - targets.Count(ignoreIndex);
        double sum = 0;
        foreach (int target in targets)
            sum += target == ignoreIndex ? 0 : weights[target];
        return sum;
    }

    /// <summary>The sum of some numbers, one after the other.</summary>
    public static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }
}
