namespace Unfold.Metrics;

/// <summary>How far labels are from the right ones: the fewest that must be put in, taken out or changed (Levenshtein 1966).</summary>
public static class EditDistance
{
    /// <summary>The fewest changes that make one list of labels the other.</summary>
    /// <param name="right">The right labels.</param>
    /// <param name="found">The labels that were found.</param>
    public static int Of(ReadOnlySpan<int> right, ReadOnlySpan<int> found)
    {
        int[] row = [.. Enumerable.Range(0, found.Length + 1)];
        for (int i = 0; i < right.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i + 1);
            for (int j = 0; j < found.Length; j++)
            {
                int changed = diagonal + (right[i] == found[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(changed, 1 + Math.Min(row[j], row[j + 1]));
            }
        }

        return row[^1];
    }

    /// <summary>The changes that all lists together need, divided by the number of right labels: the label (or word, or character) error rate; it may exceed 1.</summary>
    /// <param name="right">The right labels, list by list; one label or more in all.</param>
    /// <param name="found">The labels that were found, as many lists.</param>
    /// <exception cref="ArgumentException">There are not as many lists, or there is no right label.</exception>
    public static double ErrorRate(IReadOnlyList<int[]> right, IReadOnlyList<int[]> found)
    {
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(found);
        long labels = right.Sum(list => (long)list.Length);
        if (right.Count != found.Count || labels == 0)
            throw new ArgumentException($"EditDistance expects as many lists found as right ones, with a label or more, but got {right.Count} lists of {labels} labels and {found.Count} found.");
        return right.Zip(found).Sum(pair => (double)Of(pair.First, pair.Second)) / labels;
    }
}
