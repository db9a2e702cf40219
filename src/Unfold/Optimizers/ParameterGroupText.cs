using System.Globalization;

namespace Unfold.Optimizers;

/// <summary>Parameter groups as text, and back.</summary>
internal static class ParameterGroupText
{
    private const string Frozen = "frozen";
    private const string Example = "as in 'encoder.*: rate 0.1, decay 0' or '*.bias: frozen'";

    internal static ParameterGroup Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            throw new FormatException($"a group is a pattern, a colon and what holds for it, {Example}, but got '{text}'");
        if (string.IsNullOrWhiteSpace(text[..colon]))
            throw new FormatException($"a group begins with the name or the pattern that chooses its parameters, {Example}, but got '{text}'");
        ParameterGroup group = new() { Pattern = text[..colon] };
        HashSet<string> said = [];
        foreach (string item in text[(colon + 1)..].Split(','))
        {
            string[] words = item.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                throw new FormatException($"a group says rate X, decay X, l1 X, l2 X or frozen after its colon and after each comma, {Example}, but got '{text}'");
            if (!said.Add(words[0]))
                throw new FormatException($"a group says {words[0]} once, but got '{text}'");
            group = With(group, words, item.Trim());
        }

        return group.Frozen && said.Count > 1
            ? throw new FormatException($"a frozen group has nothing else to say, but got '{text}'")
            : group;
    }

    internal static string Write(ParameterGroup group)
    {
        if (group.Frozen)
            return $"{group.Pattern}: {Frozen}";
        List<string> items = [];
        if (group.LearningRateFactor != 1 || group is { WeightDecay: null, L1: null, L2: null })
            items.Add(Item("rate", group.LearningRateFactor));
        if (group.WeightDecay is float decay)
            items.Add(Item("decay", decay));
        if (group.L1 is float l1)
            items.Add(Item("l1", l1));
        if (group.L2 is float l2)
            items.Add(Item("l2", l2));
        return $"{group.Pattern}: {string.Join(", ", items)}";
    }

    private static string Item(string word, float value) => string.Create(CultureInfo.InvariantCulture, $"{word} {value}");

    private static ParameterGroup With(ParameterGroup group, string[] words, string item) => words switch
    {
        [Frozen] => group with { Frozen = true },
        ["rate", string value] => group with { LearningRateFactor = Number(value, item) },
        ["decay", string value] => group with { WeightDecay = Number(value, item) },
        ["l1", string value] => group with { L1 = Number(value, item) },
        ["l2", string value] => group with { L2 = Number(value, item) },
        ["rate" or "decay" or "l1" or "l2", ..] => throw new FormatException($"a group's {words[0]} takes one number, but got '{item}'"),
        [Frozen, ..] => throw new FormatException($"a group's {Frozen} takes nothing after it, but got '{item}'"),
        _ => throw new FormatException($"a group knows rate, decay, l1, l2 and frozen, but got '{item}'"),
    };

    private static float Number(string text, string item) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value >= 0 && float.IsFinite(value)
            ? value
            : throw new FormatException($"a group's numbers are at least 0, but got '{item}'");
}
