namespace Unfold.Layers;

/// <summary>Which labels may stand first and which may follow which, for <see cref="ConditionalRandomField.Decode"/>.</summary>
public sealed class LabelRules
{
    private readonly bool[] _begin, _follow;

    /// <summary>By what is allowed.</summary>
    /// <param name="count">K, the number of labels; 1 or more.</param>
    /// <param name="mayBegin">Whether a label may be a sequence's first.</param>
    /// <param name="mayFollow">Whether behind the first label there may be the second.</param>
    /// <exception cref="ArgumentException">There are no labels, or none may begin or go on, so that no sequence would be left.</exception>
    public LabelRules(int count, Func<int, bool> mayBegin, Func<int, int, bool> mayFollow)
    {
        ArgumentNullException.ThrowIfNull(mayBegin);
        ArgumentNullException.ThrowIfNull(mayFollow);
        if (count < 1)
            throw new ArgumentException($"LabelRules expects 1 label or more, but got {count}.");
        Count = count;
        (_begin, _follow) = (new bool[count], new bool[count * count]);
        for (int i = 0; i < count; i++)
        {
            _begin[i] = mayBegin(i);
            for (int j = 0; j < count; j++)
                _follow[(i * count) + j] = mayFollow(i, j);
        }

        if (!_begin.Contains(true))
            throw new ArgumentException("LabelRules expects a label that may begin a sequence, but got none.");
        for (int i = 0; i < count; i++)
        {
            if (!_follow.AsSpan(i * count, count).Contains(true))
                throw new ArgumentException($"LabelRules expects a label that may follow each, but got none for label {i}.");
        }
    }

    /// <summary>K, the number of labels.</summary>
    public int Count { get; }

    /// <summary>
    /// The rules of spans that are written as <c>B-TYPE I-TYPE … O</c>: an I stands only behind a B or an I of its own type. Labels written otherwise may stand anywhere.
    /// </summary>
    /// <param name="labels">The labels' texts.</param>
    public static LabelRules Spans(IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new LabelRules(labels.Count, i => !IsInside(labels[i]), (i, j) => !IsInside(labels[j]) || labels[i] == labels[j] || labels[i] == "B" + labels[j][1..]);
    }

    /// <summary>Whether a label may be a sequence's first.</summary>
    /// <param name="label">The label's number.</param>
    public bool MayBegin(int label) => _begin[label];

    /// <summary>Whether behind one label there may be another.</summary>
    /// <param name="before">The number of the one.</param>
    /// <param name="label">The number of the other.</param>
    public bool MayFollow(int before, int label) => _follow[(before * Count) + label];

    private static bool IsInside(string label) => label.StartsWith("I-", StringComparison.Ordinal);
}
