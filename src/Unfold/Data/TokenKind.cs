namespace Unfold.Data;

/// <summary>What a language model reads and writes one of at a time.</summary>
public enum TokenKind
{
    /// <summary>A Unicode scalar value: a letter, a space, an emoji without its modifiers.</summary>
    Character,

    /// <summary>A run of anything but white space; the end of a line is a token of its own.</summary>
    Word,
}
