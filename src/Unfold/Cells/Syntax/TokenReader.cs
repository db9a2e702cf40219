namespace Unfold.Cells.Syntax;

/// <summary>Walks over tokens, knowing where lines go on and where a new line of the text begins.</summary>
internal sealed class TokenReader(List<Token> tokens, Diagnostics diagnostics)
{
    /// <summary>Words that begin a line and can name nothing.</summary>
    public static readonly string[] Keywords = ["output", "init", "let", "size", "state", "scalar", "vector", "matrix", "fixed"];

    private int _at;

    public SourceText Source => diagnostics.Source;

    public Diagnostics Diagnostics => diagnostics;

    public Token Current => tokens[_at];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>The last token before the current one that is not a line end.</summary>
    public Token Previous { get; private set; }

    public string TextOf(Token token) => Source[token.Span];

    public bool At(TokenKind kind) => Current.Kind == kind;

    public Token Take()
    {
        Token token = tokens[_at];
        if (token.Kind != TokenKind.End)
            _at++;
        if (token.Kind != TokenKind.Newline)
            Previous = token;
        return token;
    }

    /// <summary>Passes line ends, unless what follows is plainly a line of its own (<c>name =</c>, <c>name' =</c>, <c>init name</c>).</summary>
    public void SkipLineEnds()
    {
        int at = _at;
        while (tokens[at].Kind == TokenKind.Newline)
            at++;
        if (tokens[at].Kind != TokenKind.End && !BeginsLine(at))
            _at = at;
    }

    /// <summary>After an error: on to the next line that looks like one.</summary>
    public void SkipToNextLine()
    {
        while (!At(TokenKind.End))
        {
            if (Take().Kind == TokenKind.Newline && (At(TokenKind.End) || BeginsLine(_at)))
                return;
        }
    }

    /// <summary>Whether a definition or declaration begins at a token that follows a line end.</summary>
    private bool BeginsLine(int at)
    {
        if (tokens[at].Kind != TokenKind.Name)
            return false;
        TokenKind next = tokens[Math.Min(at + 1, tokens.Count - 1)].Kind;
        if (next == TokenKind.Equals)
            return true;
        if (next == TokenKind.Prime)
            return tokens[Math.Min(at + 2, tokens.Count - 1)].Kind == TokenKind.Equals;
        return next == TokenKind.Name && Keywords.Contains(TextOf(tokens[at]));
    }

    /// <summary>Where to point: at the token, or, for the end of a line, at the last token before it.</summary>
    public TextSpan PlaceOf(Token token) => token.Kind is TokenKind.Newline or TokenKind.End ? Previous.Span : token.Span;

    /// <summary>What to say of a token that should not stand where it stands.</summary>
    public string Surprise(Token token) => token.Kind is TokenKind.Newline or TokenKind.End
        ? $"the line ends after {Describe(Previous)}" : $"unexpected {Describe(token)} after {Describe(Previous)}";

    /// <summary>How a token is called in a message.</summary>
    public string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.Newline => "the end of the line",
        _ => $"`{TextOf(token)}`",
    };
}
