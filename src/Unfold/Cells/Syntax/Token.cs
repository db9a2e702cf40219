namespace Unfold.Cells.Syntax;

internal enum TokenKind
{
    Name,
    Number,
    Plus,
    Minus,
    Star,
    Slash,
    Equals,
    Comma,
    Prime,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Newline,
    End,

    /// <summary>Something already reported: whoever meets it gives up without another report.</summary>
    Bad,
}

/// <summary>A word, number or sign of the text; <paramref name="Value"/> is a number's value.</summary>
internal readonly record struct Token(TokenKind Kind, TextSpan Span, double Value = 0);
