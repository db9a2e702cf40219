namespace Unfold.Cells.Syntax;

/// <summary>Reads the sizes of a declaration: <c>[H]</c>, <c>[m, 2 * H + 1]</c>.</summary>
internal sealed class SizeParser(TokenReader reader)
{
    /// <summary>The largest number that a size may be written as.</summary>
    public const int Maximum = 1_000_000;

    /// <summary>The sizes after an open bracket, with the closing one; null after an error.</summary>
    public List<SizeExpression>? Read(Token open)
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
            reader.Diagnostics.Error(open.Span, "`[` is never closed", "`]`", "close it with `]`");
        else if (!reader.At(TokenKind.Bad))
            reader.Diagnostics.Error(reader.Current.Span, reader.Surprise(reader.Current), "`]`, or `,` and another size", "a size is a sum of names and whole numbers");
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
                if (!IsSize(token.Value))
                {
                    Refuse(token.Span, reader.TextOf(token));
                    return null;
                }

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
                    reader.Diagnostics.Error(reader.PlaceOf(token), reader.Surprise(token), "a size: `H`, `C`, a name from a `size` line, a whole number, or a sum of these");
                return null;
            }

            reader.Take();
            summands.Add(new SizeSummand(count, new Word(reader.TextOf(token), token.Span)));
        }
        while (reader.At(TokenKind.Plus) && summands.Count < 16);
        return new SizeExpression(TextSpan.From(first.Span, reader.Previous.Span), summands);
    }

    /// <summary>Reports what is not a whole number in range.</summary>
    public void Refuse(TextSpan span, string shown) =>
        reader.Diagnostics.Error(span, $"`{shown}` is not a size", $"a whole number from 1 to {Maximum}");

    public static bool IsSize(double value) => value is >= 1 and <= Maximum && value == Math.Floor(value);
}
