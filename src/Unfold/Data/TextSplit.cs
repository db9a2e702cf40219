namespace Unfold.Data;

/// <summary>Divides a text into a part to learn from and its tail, which is held out.</summary>
internal static class TextSplit
{
    /// <summary>Divides a text; for words the division is moved on to the beginning of a word or line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="heldOut">The share of the tail, in [0, 1); 0 holds nothing out.</param>
    /// <param name="kind">Characters or words.</param>
    /// <returns>Both parts.</returns>
    internal static (string Training, string HeldOut) Divide(string text, double heldOut, TokenKind kind)
    {
        if (heldOut <= 0)
            return (text, "");
        int characters = CountCharacters(text);
        int cut = PositionOf(text, characters - (int)(characters * heldOut));
        if (kind == TokenKind.Word)
        {
            while (cut < text.Length && cut > 0 && !char.IsWhiteSpace(text[cut - 1]))
                cut++;
        }

        return (text[..cut], text[cut..]);
    }

    /// <summary>The Unicode scalar values of a text.</summary>
    internal static int CountCharacters(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (char c in text)
            count += char.IsLowSurrogate(c) ? 0 : 1;
        return count;
    }

    private static int PositionOf(string text, int characters)
    {
        int position = 0;
        for (; characters > 0; characters--)
            position += char.IsHighSurrogate(text[position]) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]) ? 2 : 1;
        return position;
    }
}
