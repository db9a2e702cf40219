namespace Unfold.Data;

/// <summary>One way to divide items into a part to learn from and a part to measure on.</summary>
/// <param name="Training">The numbers of the items to learn from, rising.</param>
/// <param name="HeldOut">The numbers of the items to measure on, rising.</param>
public sealed record Fold(IReadOnlyList<int> Training, IReadOnlyList<int> HeldOut);

/// <summary>
/// Divisions of items by chance, functions of a seed: k-fold cross-validation (Stone 1974; Kohavi 1995), where each item is held out once, and a single
/// hold-out split. With labels they are stratified: each class is divided like the whole. Not for series, whose future must be held out.
/// </summary>
public static class Folds
{
    /// <summary>Divides items into k parts that differ by at most one item, each of which is held out in turn.</summary>
    /// <param name="count">How many items there are, numbered from 0; at least k.</param>
    /// <param name="folds">k; 2 or more.</param>
    /// <param name="seed">What the division depends on.</param>
    /// <exception cref="ArgumentException">There are fewer than two folds, or fewer items than folds.</exception>
    public static IReadOnlyList<Fold> Of(int count, int folds, ulong seed) => Of(new int[Math.Max(0, count)], folds, seed);

    /// <summary>The same, where the items of each class are divided evenly too: of any class two parts differ by at most one item.</summary>
    /// <param name="labels">Each item's class: any number.</param>
    /// <param name="folds">k; 2 or more.</param>
    /// <param name="seed">What the division depends on.</param>
    /// <exception cref="ArgumentException">There are fewer than two folds, or fewer items than folds.</exception>
    public static IReadOnlyList<Fold> Of(ReadOnlySpan<int> labels, int folds, ulong seed)
    {
        if (folds < 2 || labels.Length < folds)
            throw new ArgumentException($"Folds expects 2 folds or more and an item for each, but got {folds} folds and {labels.Length} items.");
        int[] foldOf = new int[labels.Length];
        int dealt = 0;
        foreach (int[] members in Classes(labels, seed))
        {
            // Dealt like cards, and the next class goes on where this one ends, so that the whole is even too.
            foreach (int item in members)
                foldOf[item] = dealt++ % folds;
        }

        return [.. Enumerable.Range(0, folds).Select(fold => Divide(foldOf, fold))];
    }

    /// <summary>Holds out a share of the items.</summary>
    /// <param name="count">How many items there are, numbered from 0; 2 or more.</param>
    /// <param name="share">The share, between 0 and 1; rounded to whole items, but at least one in each part.</param>
    /// <param name="seed">What the division depends on.</param>
    /// <exception cref="ArgumentException">There are fewer than two items, or the share is not between 0 and 1.</exception>
    public static Fold HoldOut(int count, double share, ulong seed) => HoldOut(new int[Math.Max(0, count)], share, seed);

    /// <summary>The same, where of each class that share is held out, up or down to a whole item, so that the whole is right.</summary>
    /// <param name="labels">Each item's class: any number.</param>
    /// <param name="share">The share, between 0 and 1; rounded to whole items, but at least one in each part.</param>
    /// <param name="seed">What the division depends on.</param>
    /// <exception cref="ArgumentException">There are fewer than two items, or the share is not between 0 and 1.</exception>
    public static Fold HoldOut(ReadOnlySpan<int> labels, double share, ulong seed)
    {
        if (labels.Length < 2 || !(share > 0 && share < 1))
            throw new ArgumentException($"HoldOut expects 2 items or more and a share between 0 and 1, but got {labels.Length} items and {share}.");
        int[][] classes = [.. Classes(labels, seed)];
        int[] taken = [.. classes.Select(members => (int)(members.Length * share))];
        int wanted = Math.Clamp((int)Math.Round(labels.Length * share), 1, labels.Length - 1);

        // The items that are still missing come from the classes with the largest remainders (Hare and Niemeyer).
        int missing = wanted - taken.Sum();
        foreach (int index in Enumerable.Range(0, classes.Length).OrderByDescending(i => classes[i].Length * share - taken[i]).Take(missing))
            taken[index]++;
        int[] part = new int[labels.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            foreach (int item in classes[i].AsSpan(0, taken[i]))
                part[item] = 1;
        }

        return Divide(part, heldOut: 1);
    }

    private static Fold Divide(int[] part, int heldOut) =>
        new([.. Enumerable.Range(0, part.Length).Where(item => part[item] != heldOut)], [.. Enumerable.Range(0, part.Length).Where(item => part[item] == heldOut)]);

    /// <summary>The items of each class, in the order of the classes' numbers, each in an order by chance.</summary>
    private static List<int[]> Classes(ReadOnlySpan<int> labels, ulong seed)
    {
        int[] copy = labels.ToArray();
        List<int[]> classes = [];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, copy.Length).GroupBy(item => copy[item]).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            Shuffle.Apply(members, seed, (ulong)classes.Count);
            classes.Add(members);
        }

        return classes;
    }
}
