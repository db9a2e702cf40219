namespace Unfold.Cells.Syntax;

/// <summary>Reads a cell's text into its lines. A line with an error is reported and left out; reading goes on with the next.</summary>
internal sealed class StatementParser
{
    public const int MaximumLines = 5_000;

    private readonly TokenReader _reader;
    private readonly ExpressionParser _expressions;
    private readonly DeclarationParser _declarations;
    private readonly List<Statement> _statements = [];

    private StatementParser(TokenReader reader)
    {
        _reader = reader;
        _expressions = new ExpressionParser(reader);
        _declarations = new DeclarationParser(reader);
    }

    private Diagnostics Diagnostics => _reader.Diagnostics;

    /// <summary>All lines that could be read, in the order of the text.</summary>
    public static IReadOnlyList<Statement> Parse(Diagnostics diagnostics)
    {
        int length = diagnostics.Source.Text.Length;
        if (length > Lexer.MaximumText)
        {
            diagnostics.Error(new TextSpan(0, 1), $"a text of {length} characters", $"at most {Lexer.MaximumText} characters", "is this a cell's file?");
            return [];
        }

        var parser = new StatementParser(new TokenReader(new Lexer(diagnostics).Read(), diagnostics));
        parser.ReadAll();
        return parser._statements;
    }

    private void ReadAll()
    {
        while (!_reader.At(TokenKind.End) && !Diagnostics.Full)
        {
            if (_reader.At(TokenKind.Newline))
            {
                _reader.Take();
                continue;
            }

            if (_statements.Count >= MaximumLines)
            {
                Diagnostics.Error(_reader.Current.Span, $"more than {MaximumLines} definitions", "a cell of fewer lines");
                return;
            }

            if (!ReadLine())
                _reader.SkipToNextLine();
        }
    }

    private bool ReadLine()
    {
        Token first = _reader.Current;
        if (first.Kind == TokenKind.Bad)
            return false;
        if (first.Kind != TokenKind.Name)
            return NotALine(first);
        string name = _reader.TextOf(first);
        TokenKind next = _reader.Next.Kind;
        if (name != "output" && TokenReader.Keywords.Contains(name) && next is not TokenKind.Equals and not TokenKind.Prime)
            return _declarations.Read(_statements) && EndOfLine();
        return ReadDefinition();
    }

    private bool ReadDefinition()
    {
        Token first = _reader.Take();
        var name = new Word(_reader.TextOf(first), first.Span);
        Token? prime = _reader.At(TokenKind.Prime) ? _reader.Take() : null;
        if (_reader.At(TokenKind.Prime))
        {
            Diagnostics.Error(_reader.Current.Span, $"`{name.Text}'` has a second prime", "one prime: the value after this step");
            return false;
        }

        if (!_reader.At(TokenKind.Equals))
            return NoEquals(name, prime is null ? name.Text : name.Text + "'");
        if (!CanBeDefined(name, prime))
            return false;
        _reader.Take();
        _reader.SkipLineEnds();
        if (_expressions.Read() is not Expression value || !EndOfLine())
            return false;
        _statements.Add(new Definition(prime is Token p ? name with { Span = TextSpan.From(name.Span, p.Span) } : name, prime is not null, value));
        return true;
    }

    private bool CanBeDefined(Word name, Token? prime)
    {
        string label = prime is null ? name.Text : name.Text + "'";
        if (Function.All.ContainsKey(name.Text))
            Diagnostics.Error(name.Span, $"`{name.Text}` is a function's name", "another name", $"`{name.Text[0]}` or `{name.Text}_gate` would do");
        else if (name.Text == "output" && prime is not null)
            Diagnostics.Error(name.Span, "the output has no next value", "`output = …`", "remove the prime");
        else if (name.Text != "output" && TokenReader.Keywords.Contains(name.Text))
            Diagnostics.Error(name.Span, $"`{name.Text}` is a reserved word", "another name", Reserved(name.Text));
        else if (name.Text == "x")
            Diagnostics.Error(name.Span, $"`{label}` is given a value, but x is the input", "another name");
        else if (name.Text is "C" or "H")
            Diagnostics.Error(name.Span, $"`{name.Text}` is the name of a size", "another name");
        else
            return true;
        return false;
    }

    private bool NoEquals(Word name, string label)
    {
        Token token = _reader.Current;
        switch (token.Kind)
        {
            case TokenKind.Bad:
                return false;
            case TokenKind.Name or TokenKind.Number when Words.Nearest(name.Text, TokenReader.Keywords) is string keyword:
                Diagnostics.Error(name.Span, $"`{name.Text}` begins neither a definition nor a declaration", "`name = …` or a declaration", $"did you mean `{keyword}`?");
                return false;
            case TokenKind.OpenParenthesis or TokenKind.OpenBracket:
                Diagnostics.Error(
                    token.Span, $"unexpected {_reader.Describe(token)} after `{name.Text}`", "`=`",
                    $"write `{name.Text} = …`, and `{name.Text}' = …` for the next value of a state; there are no time indices");
                return false;
            default:
                Diagnostics.Error(
                    token.Kind is TokenKind.Newline or TokenKind.End ? name.Span : token.Span,
                    token.Kind is TokenKind.Newline or TokenKind.End ? _reader.Surprise(token) : $"unexpected {_reader.Describe(token)} after `{label}`",
                    "`=` and the expression that the name stands for",
                    token.Kind is TokenKind.Name or TokenKind.Number ? $"write `{label} = …`"
                    : token.Kind is TokenKind.Plus or TokenKind.Minus or TokenKind.Star or TokenKind.Slash
                        ? "the left side is one name; or, if this line goes on from the one before, end that one with the operator" : null);
                return false;
        }
    }

    private static string Reserved(string keyword) => keyword switch
    {
        "let" or "size" or "init" => $"a declaration is written `{keyword} NAME = …`",
        _ => $"a declaration is written `{keyword} NAME`",
    };

    private bool NotALine(Token token)
    {
        bool operators = token.Kind is TokenKind.Plus or TokenKind.Minus or TokenKind.Star or TokenKind.Slash;
        Diagnostics.Error(
            token.Span, $"a line begins with {_reader.Describe(token)}", "a name: `name = …`, or a declaration",
            operators ? "a line goes on after an operator: move it to the end of the line before" : null);
        return false;
    }

    private bool EndOfLine()
    {
        if (_reader.Current.Kind is TokenKind.Newline or TokenKind.End)
            return true;
        _expressions.Unexpected(_reader.Current);
        return false;
    }
}
