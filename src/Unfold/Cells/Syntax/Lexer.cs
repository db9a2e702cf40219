using System.Globalization;

namespace Unfold.Cells.Syntax;

/// <summary>Cuts a text into words, numbers and signs. Comments (<c>#</c> to the end of the line) and blanks fall away.</summary>
internal sealed class Lexer(Diagnostics diagnostics)
{
    public const int MaximumText = 1 << 20;
    public const int MaximumName = 64;

    private readonly string _text = diagnostics.Source.Text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private bool _open;

    /// <summary>All tokens; the last is <see cref="TokenKind.End"/>, preceded by a line end.</summary>
    public List<Token> Read()
    {
        while (_at < _text.Length)
            Next();
        Add(TokenKind.Newline, 0);
        Add(TokenKind.End, 0);
        return _tokens;
    }

    public static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    public static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private void Next()
    {
        char c = _text[_at];
        if (c is '\n' or '\r')
            Add(TokenKind.Newline, 1);
        else if (c is ' ' or '\t' or '\u00a0' || (c == '\ufeff' && _at == 0))
            _at++;
        else if (c == '#')
            SkipComment();
        else if (IsNameStart(c))
            Name();
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            Number();
        else if (Sign(c) is TokenKind kind && !IsForeignOperator())
            Add(kind, 1);
        else
            Foreign();
    }

    private void SkipComment()
    {
        while (_at < _text.Length && _text[_at] is not '\n' and not '\r')
            _at++;
    }

    private void Name()
    {
        int length = 1;
        while (IsNamePart(Peek(length)))
            length++;
        if (length > MaximumName)
            diagnostics.Error(new TextSpan(_at, length), $"a name of {length} characters", $"at most {MaximumName} characters");
        Add(length > MaximumName ? TokenKind.Bad : TokenKind.Name, length);
    }

    private void Number()
    {
        int length = 0;
        while (char.IsAsciiLetterOrDigit(Peek(length)) || Peek(length) is '.' or '_'
            || (Peek(length) is '+' or '-' && Peek(length - 1) is 'e' or 'E' && char.IsAsciiDigit(_text[_at])))
            length++;
        var span = new TextSpan(_at, length);
        ReadOnlySpan<char> word = _text.AsSpan(_at, length);
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(word, Style, CultureInfo.InvariantCulture, out double value))
        {
            if (double.IsFinite(value))
            {
                _tokens.Add(new Token(TokenKind.Number, span, value));
                _at += length;
                return;
            }

            diagnostics.Error(span, "a number beyond the range of double precision", "a number below 1.8e308");
        }
        else
        {
            int digits = 0;
            while (digits < length && (char.IsAsciiDigit(word[digits]) || word[digits] == '.'))
                digits++;
            bool product = digits < length && IsNameStart(word[digits]) && double.TryParse(word[..digits], Style, CultureInfo.InvariantCulture, out _)
                && word[digits..].IndexOfAny('.', '+', '-') < 0;
            string shown = length > MaximumName ? "this" : $"`{word}`";
            diagnostics.Error(
                span, $"{shown} is not a number", "a number such as `2`, `0.5` or `1e-3`",
                product && length <= MaximumName ? $"for a product write `{word[..digits]} * {word[digits..]}`; a name starts with a letter" : null);
        }

        Add(TokenKind.Bad, length);
    }

    private static TokenKind? Sign(char c) => c switch
    {
        '+' => TokenKind.Plus,
        '-' => TokenKind.Minus,
        '*' => TokenKind.Star,
        '/' => TokenKind.Slash,
        '=' => TokenKind.Equals,
        ',' => TokenKind.Comma,
        '\'' => TokenKind.Prime,
        '(' => TokenKind.OpenParenthesis,
        ')' => TokenKind.CloseParenthesis,
        '[' => TokenKind.OpenBracket,
        ']' => TokenKind.CloseBracket,
        _ => null,
    };

    private bool IsForeignOperator() => (_text[_at], Peek(1)) is ('*', '*') or ('/', '/') or ('=', '=') or ('/', '*');

    /// <summary>A sign that other notations have and this one writes otherwise, or one that nothing knows.</summary>
    private void Foreign()
    {
        char c = _text[_at];
        int length = IsForeignOperator() || (c == ':' && Peek(1) == '=') || (char.IsHighSurrogate(c) && char.IsLowSurrogate(Peek(1))) ? 2 : 1;
        string shown = _text.Substring(_at, length);
        (string? expected, string? fix) = shown switch
        {
            "**" or "^" => (null, "there are no powers: write `square(v)` or `v * v`"),
            "//" or "/*" or "%" => ("`#` before a comment", "comments start with `#`"),
            "==" or ":=" => ("`=`", "write `=`"),
            ";" => ("one definition a line", "start a new line"),
            "@" => (null, "a matrix and a vector are multiplied by writing them side by side: `W x`"),
            "\u00b7" or "\u00d7" or "\u2217" or "\u2299" or "\u2218" or "\u2297" => ("`*`", "the elementwise product is `*`"),
            "\u2212" or "\u2013" or "\u2014" => ("`-`", "write the plain minus sign `-`"),
            "\u2032" or "\u2019" or "\u2018" or "`" or "\u00b4" or "\"" => ("`'`", "the next value of a state is marked by a plain apostrophe: `h'`"),
            "\u03c3" => ("a function's name", "write `sigmoid(…)`"),
            "\u03c6" or "\u03d5" => ("a function's name", "write `tanh(…)`"),
            "{" or "}" => ("`(` or `[`", "group with `( )`; put vectors one after the other with `[ ]`"),
            "<" or ">" or "!" or "&" or "|" or "?" => (null, "there are no comparisons: use `step`, `min`, `max`, `clip` or `hard_sigmoid`"),
            _ => ("letters, digits, `_` and the signs `+ - * / = , ' ( ) [ ]`", (string?)null),
        };
        string message = c == '\ufffd' || char.IsSurrogate(c) && length == 1 ? "the text is not valid UTF-8 here"
            : char.IsControl(c) ? $"a control character (U+{(int)c:X4})"
            : $"`{shown}` is not part of the cell language";
        var span = new TextSpan(_at, length);
        bool goesOn = _tokens.Count > 0 && _tokens[^1].Kind == TokenKind.Bad && _tokens[^1].Span.End == _at;
        if (!goesOn && !(shown == "}" && _open))
            diagnostics.Error(span, message, expected, fix);
        _open |= shown == "{";
        if (shown is "//" or "/*" or "%")
        {
            int start = _at;
            SkipComment();
            _tokens.Add(new Token(TokenKind.Bad, new TextSpan(start, _at - start)));
            return;
        }

        Add(TokenKind.Bad, length);
    }

    private void Add(TokenKind kind, int length)
    {
        _tokens.Add(new Token(kind, new TextSpan(_at, length)));
        _at += length;
    }
}
