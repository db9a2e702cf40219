using Unfold.Cells.Syntax;

namespace Unfold.Notation;

/// <summary>A value as it stands in a text.</summary>
internal readonly record struct NotationValue(double[] Numbers, TextSpan Span);

/// <summary>A name of a list with its arguments, checked against its signature.</summary>
internal sealed class NotationItem(Signature signature, TextSpan nameSpan, Diagnostics diagnostics)
{
    /// <summary>How the name is used.</summary>
    internal Signature Signature => signature;

    /// <summary>Where the name stands.</summary>
    internal TextSpan Name { get; } = nameSpan;

    /// <summary>Where the item ends.</summary>
    internal TextSpan Span { get; set; } = nameSpan;

    /// <summary>The values by their arguments' names.</summary>
    internal Dictionary<string, NotationValue> Values { get; } = [];

    /// <summary>The words that stand for themselves.</summary>
    internal Dictionary<string, TextSpan> Flags { get; } = [];

    /// <summary>The item as it stands in the text.</summary>
    internal string Text => diagnostics.Source[Span];

    /// <summary>Whether a word stands there.</summary>
    internal bool Has(string flag) => Flags.ContainsKey(flag);

    /// <summary>A whole number.</summary>
    internal int Whole(string argument, int standard = 0) => Values.TryGetValue(argument, out NotationValue value) ? (int)value.Numbers[0] : standard;

    /// <summary>A number.</summary>
    internal float Number(string argument, float standard = 0) => Values.TryGetValue(argument, out NotationValue value) ? (float)value.Numbers[0] : standard;

    /// <summary>A whole number for each axis.</summary>
    internal int[] Sizes(string argument, int axes, int standard)
    {
        if (!Values.TryGetValue(argument, out NotationValue value))
            return Enumerable.Repeat(standard, axes).ToArray();
        return [.. Enumerable.Range(0, axes).Select(axis => (int)value.Numbers[value.Numbers.Length == 1 ? 0 : axis])];
    }

    /// <summary>Reports a mistake at an argument, or at the name where it was left out.</summary>
    internal void Error(string argument, string message, string? expected = null, string? fix = null)
    {
        TextSpan place = Values.TryGetValue(argument, out NotationValue value) ? value.Span : Flags.TryGetValue(argument, out TextSpan flag) ? flag : Name;
        diagnostics.Error(place, message, expected, fix);
    }
}
