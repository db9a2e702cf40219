using System.Globalization;

namespace Unfold.Data.Sequences;

/// <summary>Numbers and labels as series files write them.</summary>
internal static class SequenceNumbers
{
    private static readonly char[] LabelSeparators = [';', '|'];

    /// <summary>A number; NaN for one that is missing.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    internal static float Parse(ReadOnlySpan<char> text, string place, int column)
    {
        text = text.Trim();
        if (text is "?" or "" || text.Equals("nan", StringComparison.OrdinalIgnoreCase))
            return float.NaN;
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value))
            return value;
        string shown = text.Length > 40 ? $"{text[..40]}…" : text.ToString();
        throw new InputException($"{place}: value {column} should be a number, but is '{shown}'.");
    }

    /// <summary>Gives missing values that of the step before, at the beginning that of the step behind; counts them.</summary>
    /// <param name="values">[T, C].</param>
    /// <param name="width">C.</param>
    /// <param name="place">Where the sequence came from.</param>
    /// <exception cref="InputException">A channel has no value at all.</exception>
    internal static int Fill(Span<float> values, int width, string place)
    {
        int missing = 0, steps = values.Length / width;
        for (int c = 0; c < width; c++)
        {
            int first = 0;
            while (first < steps && float.IsNaN(values[(first * width) + c]))
                first++;
            if (first == steps)
                throw new InputException($"{place}: channel {c + 1} has no value at any of its {steps} steps.");
            float last = values[(first * width) + c];
            for (int t = 0; t < steps; t++)
            {
                ref float value = ref values[(t * width) + c];
                missing += float.IsNaN(value) ? 1 : 0;
                last = value = float.IsNaN(value) ? last : value;
            }
        }

        return missing;
    }

    /// <summary>The labels that a text names.</summary>
    /// <exception cref="InputException">It names none, and one is needed.</exception>
    internal static string[] Labels(string text, SequenceFileOptions options, string place)
    {
        string trimmed = text.Trim();
        if (options.MultiLabel)
            return [.. trimmed.Split(LabelSeparators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        return trimmed.Length > 0 ? [Canonical(trimmed)] : throw new InputException($"{place}: the label is missing.");
    }

    /// <summary>1.0000000e+00 and 1 are one class.</summary>
    private static string Canonical(string label) =>
        label.Contains('.', StringComparison.Ordinal) && double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : label;
}
