namespace Unfold.Baselines;

/// <summary>What all classifiers of texts check.</summary>
internal static class TextLabels
{
    /// <summary>Refuses texts and labels that do not belong together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal static void Check(string who, IReadOnlyList<string> texts, ReadOnlySpan<int> labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts.Count != labels.Length || classes < 1)
            throw new ArgumentException($"{who} expects texts with a label each and 1 class or more, but got {texts.Count} texts, {labels.Length} labels and {classes} classes.");
        foreach (int label in labels)
        {
            if (label < 0 || label >= classes)
                throw new ArgumentException($"{who} expects labels from 0 to {classes - 1}, but got {label}.");
        }
    }
}
