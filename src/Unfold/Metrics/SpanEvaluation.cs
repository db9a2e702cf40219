using System.Globalization;
using System.Text;

namespace Unfold.Metrics;

/// <summary>Counts spans, such as phrases and names, that are written as labels <c>B-TYPE</c>, <c>I-TYPE</c> and <c>O</c>: as the official <c>conlleval</c> counts them.</summary>
/// <remarks>
/// A span begins at a B, at an I behind an O, and wherever the type changes; it ends where the next begins and before an O. So both IOB1, in which B stands only between neighbours of one type,
/// and IOB2 are read. Labels of the schemes with E and with brackets are understood too. A guessed span is right if it begins, ends and is of the type as the true one.
/// Source: conlleval.pl of the CoNLL-2000 shared task (Tjong Kim Sang and Buchholz 2000).
/// </remarks>
public sealed class SpanEvaluation
{
    private readonly SortedDictionary<string, SpanCount> _types = new(StringComparer.Ordinal);

    /// <summary>Tokens in all.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens whose label was guessed rightly.</summary>
    public long RightTokens { get; private set; }

    /// <summary>The spans of each type, by the types' names.</summary>
    public IReadOnlyDictionary<string, SpanCount> Types => _types;

    /// <summary>The spans of all types together.</summary>
    public SpanCount All => new(_types.Values.Sum(count => count.True), _types.Values.Sum(count => count.Guessed), _types.Values.Sum(count => count.Right));

    /// <summary>The share of tokens whose label was guessed rightly; 0 of none.</summary>
    public double Accuracy => Tokens == 0 ? 0 : (double)RightTokens / Tokens;

    /// <summary>Whether labels are written as spans: each is O or has a B or an I before a hyphen, and one is not O.</summary>
    /// <param name="labels">The labels.</param>
    public static bool AreSpans(IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        string[] others = [.. labels.Where(label => label != "O")];
        return others.Length > 0 && others.All(label => label.Length > 2 && label[0] is 'B' or 'I' && label[1] == '-');
    }

    /// <summary>Counts a sentence.</summary>
    /// <param name="right">The true labels.</param>
    /// <param name="guessed">The guessed labels, as many.</param>
    /// <exception cref="ArgumentException">There are not as many of the one as of the other.</exception>
    public void Add(IReadOnlyList<string> right, IReadOnlyList<string> guessed)
    {
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(guessed);
        if (right.Count != guessed.Count)
            throw new ArgumentException($"SpanEvaluation expects as many guessed labels as true ones, {right.Count}, but got {guessed.Count}.");
        HashSet<(int First, int Next, string Type)> spans = [.. Spans(right)];
        foreach ((_, _, string type) in spans)
            Count(type, new SpanCount(1, 0, 0));
        foreach ((int First, int Next, string Type) span in Spans(guessed))
            Count(span.Type, new SpanCount(0, 1, spans.Contains(span) ? 1 : 0));
        for (int i = 0; i < right.Count; i++)
            RightTokens += right[i] == guessed[i] ? 1 : 0;
        Tokens += right.Count;
    }

    /// <summary>The spans of a sentence: the first token, the one behind the last, and the type.</summary>
    /// <param name="labels">The sentence's labels.</param>
    public static IEnumerable<(int First, int Next, string Type)> Spans(IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Label before = Label.Outside;
        int first = -1;
        for (int i = 0; i <= labels.Count; i++)
        {
            Label label = i < labels.Count ? Label.Parse(labels[i]) : Label.Outside;
            if (first >= 0 && Ends(before, label))
            {
                yield return (first, i, before.Type);
                first = -1;
            }

            if (Begins(before, label))
                first = i;
            before = label;
        }
    }

    /// <summary>The table that conlleval prints: all spans, then each type.</summary>
    /// <returns>Several lines of text.</returns>
    public override string ToString()
    {
        StringBuilder text = new();
        SpanCount all = All;
        text.Append(CultureInfo.InvariantCulture, $"{Tokens} tokens with {all.True} spans; found {all.Guessed} spans, {all.Right} right\n");
        text.Append(CultureInfo.InvariantCulture, $"{"all",-12}accuracy {100 * Accuracy,6:F2} %  precision {100 * all.Precision,6:F2} %  recall {100 * all.Recall,6:F2} %  F1 {100 * all.F1,6:F2}\n");
        foreach ((string type, SpanCount count) in _types)
            text.Append(CultureInfo.InvariantCulture, $"{type,-12}{"",17}  precision {100 * count.Precision,6:F2} %  recall {100 * count.Recall,6:F2} %  F1 {100 * count.F1,6:F2}  found {count.Guessed}\n");
        return text.ToString();
    }

    private static bool Ends(Label before, Label label) => (before.Mark, label.Mark) switch
    {
        ('B' or 'I', 'B' or 'O') or ('E', 'E' or 'I' or 'O') or ('[' or ']', _) => true,
        _ => !before.IsOutside && before.Type != label.Type,
    };

    private static bool Begins(Label before, Label label) => (before.Mark, label.Mark) switch
    {
        ('B' or 'I' or 'O', 'B') or ('O', 'I') or ('E' or 'O', 'E') or ('E', 'I') or (_, '[' or ']') => true,
        _ => !label.IsOutside && before.Type != label.Type,
    };

    private void Count(string type, SpanCount more)
    {
        SpanCount old = _types.GetValueOrDefault(type, new SpanCount(0, 0, 0));
        _types[type] = new SpanCount(old.True + more.True, old.Guessed + more.Guessed, old.Right + more.Right);
    }

    /// <summary>A label in two parts: what stands before the first hyphen and what behind.</summary>
    private readonly record struct Label(char Mark, string Type)
    {
        public static readonly Label Outside = new('O', "");

        public bool IsOutside => Mark is 'O' or '.';

        public static Label Parse(string label)
        {
            int hyphen = label.IndexOf('-', StringComparison.Ordinal);
            string mark = hyphen < 0 ? label : label[..hyphen];
            return new Label(mark.Length == 1 ? mark[0] : '?', hyphen < 0 ? "" : label[(hyphen + 1)..]);
        }
    }
}
