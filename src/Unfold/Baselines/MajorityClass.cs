namespace Unfold.Baselines;

/// <summary>The trivial classifier: always the class that is commonest among the items to learn from; of equally common ones the first.</summary>
public sealed class MajorityClass
{
    /// <summary>Counts labels.</summary>
    /// <param name="labels">The class of each item, from 0.</param>
    /// <exception cref="ArgumentException">There is no label, or one is below 0.</exception>
    public MajorityClass(ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty)
            throw new ArgumentException("MajorityClass expects one label or more, but got none.");
        Dictionary<int, int> counts = [];
        foreach (int label in labels)
        {
            if (label < 0)
                throw new ArgumentException($"MajorityClass expects labels of 0 or more, but got {label}.");
            counts[label] = counts.GetValueOrDefault(label) + 1;
        }

        (Label, int most) = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First();
        Share = (double)most / labels.Length;
    }

    /// <summary>The commonest class.</summary>
    public int Label { get; }

    /// <summary>The share of the items that have it.</summary>
    public double Share { get; }

    /// <summary>The share of other items of which the guess is right.</summary>
    /// <param name="labels">Their classes; one or more.</param>
    public double Accuracy(ReadOnlySpan<int> labels) => (double)labels.Count(Label) / labels.Length;
}
