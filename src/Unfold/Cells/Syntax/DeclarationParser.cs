namespace Unfold.Cells.Syntax;

/// <summary>Reads the lines that begin with a reserved word: state, scalar, vector, matrix, fixed, let, size and init.</summary>
internal sealed class DeclarationParser(TokenReader reader)
{
    private readonly SizeParser _sizes = new(reader);

    private Diagnostics Diagnostics => reader.Diagnostics;

    /// <summary>Adds the line's statements; false after an error.</summary>
    public bool Read(List<Statement> statements)
    {
        string keyword = reader.TextOf(reader.Take());
        if (Kind(keyword) is DeclarationKind kind)
            return Shapes(keyword, kind, statements);
        if (Names(keyword) is not List<Word> names)
            return false;
        if (keyword != "fixed")
            return keyword == "init" ? Init(names, statements) : Number(names, keyword == "size", statements);
        statements.AddRange(names.Select(n => new FixedDeclaration(n)));
        return true;
    }

    private static DeclarationKind? Kind(string keyword) => keyword switch
    {
        "state" => DeclarationKind.State,
        "scalar" => DeclarationKind.Scalar,
        "vector" => DeclarationKind.Vector,
        "matrix" => DeclarationKind.Matrix,
        _ => null,
    };

    private List<Word>? Names(string keyword)
    {
        var names = new List<Word>();
        do
        {
            if (names.Count > 0)
                reader.Take();
            if (Name(keyword) is not Word name)
                return null;
            names.Add(name);
        }
        while (reader.At(TokenKind.Comma));
        return names;
    }

    private Word? Name(string keyword)
    {
        Token token = reader.Current;
        if (token.Kind != TokenKind.Name)
        {
            if (token.Kind != TokenKind.Bad)
                Diagnostics.Error(reader.PlaceOf(token), reader.Surprise(token), $"the name that `{keyword}` is about");
            return null;
        }

        string name = reader.TextOf(reader.Take());
        if (Reserved(name) is string reason)
        {
            Diagnostics.Error(token.Span, $"`{name}` is {reason}", keyword == "init" ? "a parameter's or a state's name" : "a name that is free");
            return null;
        }

        if (reader.At(TokenKind.Prime))
        {
            Diagnostics.Error(reader.Current.Span, $"a prime in a declaration: `{name}'`", "the name alone", "remove the prime");
            return null;
        }

        return new Word(name, token.Span);
    }

    private static string? Reserved(string name) =>
        name == "x" ? "the input" : name is "C" or "H" ? "the name of a size"
        : Function.All.ContainsKey(name) ? "a function's name" : TokenReader.Keywords.Contains(name) ? "a reserved word" : null;

    private bool Shapes(string keyword, DeclarationKind kind, List<Statement> statements)
    {
        do
        {
            if (reader.At(TokenKind.Comma))
                reader.Take();
            if (Name(keyword) is not Word name)
                return false;
            List<SizeExpression>? sizes = null;
            if (reader.At(TokenKind.OpenBracket))
            {
                Token open = reader.Take();
                sizes = _sizes.Read(open);
                if (sizes is null || !CheckCount(keyword, kind, name, sizes.Count, TextSpan.From(open.Span, reader.Previous.Span)))
                    return false;
            }

            statements.Add(new ShapeDeclaration(name, kind, sizes));
        }
        while (reader.At(TokenKind.Comma));
        return true;
    }

    private bool CheckCount(string keyword, DeclarationKind kind, Word name, int count, TextSpan span)
    {
        (int wanted, string example) = kind switch
        {
            DeclarationKind.Scalar => (0, $"`scalar {name.Text}` without sizes"),
            DeclarationKind.Matrix => (2, $"two sizes, rows and columns: `matrix {name.Text}[n, m]`"),
            _ => (1, $"one size: `{keyword} {name.Text}[m]`"),
        };
        if (count != wanted)
            Diagnostics.Error(span, $"{(count == 1 ? "one size" : count + " sizes")} for a {keyword}", example);
        return count == wanted;
    }

    private bool Number(List<Word> names, bool isSize, List<Statement> statements)
    {
        string keyword = isSize ? "size" : "let";
        if (names.Count > 1)
        {
            Diagnostics.Error(names[1].Span, $"two names after `{keyword}`", "one name a line");
            return false;
        }

        if (!Equals(keyword, names[0]) || SignedNumber() is not (double value, TextSpan span))
            return false;
        if (isSize && !SizeParser.IsSize(value))
        {
            _sizes.Refuse(span, reader.Source[span]);
            return false;
        }

        statements.Add(new NumberDeclaration(names[0], isSize, value, span));
        return true;
    }

    private bool Equals(string keyword, Word name)
    {
        if (reader.At(TokenKind.Equals))
        {
            reader.Take();
            return true;
        }

        if (!reader.At(TokenKind.Bad))
        {
            string example = keyword switch { "let" => $"let {name.Text} = 0.3", "size" => $"size {name.Text} = 128", _ => $"init {name.Text} = 1" };
            Diagnostics.Error(reader.PlaceOf(reader.Current), reader.Surprise(reader.Current), "`=`", $"write `{example}`");
        }

        return false;
    }

    private (double Value, TextSpan Span)? SignedNumber()
    {
        Token first = reader.Current;
        bool minus = first.Kind == TokenKind.Minus;
        if (first.Kind is TokenKind.Minus or TokenKind.Plus)
            reader.Take();
        Token token = reader.Current;
        if (token.Kind == TokenKind.Number)
        {
            reader.Take();
            return (minus ? -token.Value : token.Value, TextSpan.From(first.Span, token.Span));
        }

        if (token.Kind != TokenKind.Bad)
            Diagnostics.Error(reader.PlaceOf(token), reader.Surprise(token), "a number such as `2`, `0.5` or `-1e-3`");
        return null;
    }

    private bool Init(List<Word> names, List<Statement> statements)
    {
        if (!Equals("init", names[0]))
            return false;
        Token first = reader.Current;
        var numbers = new List<double>();
        var kind = new Word("", first.Span);
        bool list = false;
        if (first.Kind == TokenKind.Name)
        {
            reader.Take();
            kind = new Word(reader.TextOf(first), first.Span);
            list = reader.At(TokenKind.OpenParenthesis);
            if (list && !Numbers(numbers))
                return false;
        }
        else if (first.Kind is not TokenKind.Number and not TokenKind.Minus and not TokenKind.Plus)
        {
            if (first.Kind != TokenKind.Bad)
                Diagnostics.Error(reader.PlaceOf(first), reader.Surprise(first), Initializations.AllKinds);
            return false;
        }
        else if (SignedNumber() is (double value, _))
        {
            numbers.Add(value);
        }
        else
        {
            return false;
        }

        var span = TextSpan.From(first.Span, reader.Previous.Span);
        statements.AddRange(names.Select(n => new InitDeclaration(n, kind, numbers, list, span)));
        return true;
    }

    private bool Numbers(List<double> numbers)
    {
        Token open = reader.Take();
        while (!reader.At(TokenKind.CloseParenthesis))
        {
            if (SignedNumber() is not (double value, _))
                return false;
            numbers.Add(value);
            if (reader.At(TokenKind.Comma) && numbers.Count < 8)
                reader.Take();
            else if (!reader.At(TokenKind.CloseParenthesis))
            {
                if (!reader.At(TokenKind.Bad))
                    Diagnostics.Error(open.Span, "`(` is never closed", "`)`", "close it with `)`");
                return false;
            }
        }

        reader.Take();
        return true;
    }
}
