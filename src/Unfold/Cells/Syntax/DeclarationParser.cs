namespace Unfold.Cells.Syntax;

/// <summary>Reads the lines that begin with a reserved word: state, scalar, vector, matrix, fixed, let, size and init.</summary>
internal sealed class DeclarationParser(TokenReader reader)
{
    public const int MaximumSize = 1_000_000;

    private Diagnostics Diagnostics => reader.Diagnostics;

    /// <summary>Adds the line's statements; false after an error.</summary>
    public bool Read(List<Statement> statements)
    {
        string keyword = reader.TextOf(reader.Take());
        if (Names(keyword) is not List<Word> names)
            return false;
        switch (keyword)
        {
            case "fixed":
                statements.AddRange(names.Select(n => new FixedDeclaration(n)));
                return true;
            case "let" or "size": return Number(names, keyword == "size", statements);
            case "init": return Init(names, statements);
            default: return Shape(names, keyword, statements);
        }
    }

    private List<Word>? Names(string keyword)
    {
        var names = new List<Word>();
        do
        {
            if (names.Count > 0)
                reader.Take();
            Token token = reader.Current;
            if (token.Kind != TokenKind.Name)
            {
                if (token.Kind != TokenKind.Bad)
                    Diagnostics.Error(At(token), reader.Surprise(token), $"the name that `{keyword}` is about");
                return null;
            }

            string name = reader.TextOf(reader.Take());
            if (Reserved(name) is string reason)
            {
                Diagnostics.Error(token.Span, $"`{name}` is {reason}", keyword == "init" ? "a parameter's or a state's name" : "a name that is free");
                return null;
            }

            names.Add(new Word(name, token.Span));
            if (reader.At(TokenKind.Prime))
            {
                Diagnostics.Error(reader.Current.Span, $"a prime in a declaration: `{name}'`", "the name alone", "remove the prime");
                return null;
            }
        }
        while (reader.At(TokenKind.Comma));
        return names;
    }

    private static string? Reserved(string name) =>
        name == "x" ? "the input" : name is "C" or "H" ? "the name of a size"
        : Function.All.ContainsKey(name) ? "a function's name" : TokenReader.Keywords.Contains(name) ? "a reserved word" : null;

    private bool Shape(List<Word> names, string keyword, List<Statement> statements)
    {
        DeclarationKind kind = keyword switch
        {
            "state" => DeclarationKind.State,
            "scalar" => DeclarationKind.Scalar,
            "vector" => DeclarationKind.Vector,
            _ => DeclarationKind.Matrix,
        };
        foreach (Word name in names[..^1])
            statements.Add(new ShapeDeclaration(name, kind, null));
        if (!reader.At(TokenKind.OpenBracket))
        {
            statements.Add(new ShapeDeclaration(names[^1], kind, null));
            return true;
        }

        Token open = reader.Take();
        if (Sizes(open) is not List<SizeExpression> sizes)
            return false;
        int wanted = kind switch { DeclarationKind.Scalar => 0, DeclarationKind.Matrix => 2, _ => 1 };
        if (sizes.Count != wanted)
        {
            string example = kind switch
            {
                DeclarationKind.Scalar => $"`scalar {names[^1].Text}` without sizes",
                DeclarationKind.Matrix => $"two sizes, rows and columns: `matrix {names[^1].Text}[n, m]`",
                _ => $"one size: `{keyword} {names[^1].Text}[m]`",
            };
            Diagnostics.Error(
                TextSpan.From(open.Span, reader.Previous.Span), $"{(sizes.Count == 1 ? "one size" : sizes.Count + " sizes")} for a {keyword}", example);
            return false;
        }

        statements.Add(new ShapeDeclaration(names[^1], kind, sizes));
        return true;
    }

    private List<SizeExpression>? Sizes(Token open)
    {
        var sizes = new List<SizeExpression>();
        do
        {
            if (sizes.Count > 0)
                reader.Take();
            if (Size() is not SizeExpression size)
                return null;
            sizes.Add(size);
        }
        while (reader.At(TokenKind.Comma) && sizes.Count < 8);
        if (reader.At(TokenKind.CloseBracket))
        {
            reader.Take();
            return sizes;
        }

        if (reader.Current.Kind is TokenKind.Newline or TokenKind.End)
            Diagnostics.Error(open.Span, "`[` is never closed", "`]`", "close it with `]`");
        else if (!reader.At(TokenKind.Bad))
            Diagnostics.Error(reader.Current.Span, reader.Surprise(reader.Current), "`]`, or `,` and another size", "a size is a sum of names and whole numbers");
        return null;
    }

    private SizeExpression? Size()
    {
        Token first = reader.Current;
        var summands = new List<SizeSummand>();
        do
        {
            if (summands.Count > 0)
                reader.Take();
            Token token = reader.Current;
            int count = 1;
            if (token.Kind == TokenKind.Number)
            {
                if (!Whole(token.Value))
                    return BadSize(token.Span, reader.TextOf(token));
                count = (int)reader.Take().Value;
                if (!reader.At(TokenKind.Star))
                {
                    summands.Add(new SizeSummand(count, null));
                    continue;
                }

                reader.Take();
                token = reader.Current;
            }

            if (token.Kind != TokenKind.Name)
            {
                if (token.Kind != TokenKind.Bad)
                    Diagnostics.Error(At(token), reader.Surprise(token), "a size: `H`, `C`, a name from a `size` line, a whole number, or a sum of these");
                return null;
            }

            reader.Take();
            summands.Add(new SizeSummand(count, new Word(reader.TextOf(token), token.Span)));
        }
        while (reader.At(TokenKind.Plus) && summands.Count < 16);
        return new SizeExpression(TextSpan.From(first.Span, reader.Previous.Span), summands);
    }

    private SizeExpression? BadSize(TextSpan span, string shown)
    {
        Diagnostics.Error(span, $"`{shown}` is not a size", $"a whole number from 1 to {MaximumSize}");
        return null;
    }

    private static bool Whole(double value) => value is >= 1 and <= MaximumSize && value == Math.Floor(value);

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
        if (isSize && !Whole(value))
        {
            BadSize(span, reader.Source[span]);
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
            Diagnostics.Error(At(reader.Current), reader.Surprise(reader.Current), "`=`", $"write `{example}`");
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
            Diagnostics.Error(At(token), reader.Surprise(token), "a number such as `2`, `0.5` or `-1e-3`");
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
                Diagnostics.Error(At(first), reader.Surprise(first), Initializations.AllKinds);
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

    /// <summary>Where to point: at the token, or, for the end of a line, at the last one before it.</summary>
    private TextSpan At(Token token) => token.Kind is TokenKind.Newline or TokenKind.End ? reader.Previous.Span : token.Span;
}
