namespace Unfold.Cells.Syntax;

/// <summary>
/// Reads the right side of a definition. Each method returns null after an error that it has reported. Depth is bounded, so that no text exhausts
/// the stack.
/// </summary>
internal sealed class ExpressionParser(TokenReader reader)
{
    public const int MaximumDepth = 200;
    public const int MaximumParts = 20_000;

    private const string ValueExpected = "a name, a number, a function, `(` or `[`";

    private readonly Stack<Token> _open = new();
    private int _depth;
    private int _parts;
    private int _masks;

    /// <summary>Reads one whole right side, from after the <c>=</c>.</summary>
    public Expression? Read()
    {
        _open.Clear();
        _depth = 0;
        return Sum();
    }

    private Expression? Sum() => Chain(Term, TokenKind.Plus, TokenKind.Minus);

    private Expression? Term() => Chain(Factor, TokenKind.Star, TokenKind.Slash);

    private Expression? Chain(Func<Expression?> operand, TokenKind first, TokenKind second)
    {
        if (operand() is not Expression left)
            return null;
        List<Expression>? operands = null;
        var operators = new List<Token>();
        while (Current.Kind == first || Current.Kind == second)
        {
            operands ??= [left];
            operators.Add(reader.Take());
            reader.SkipLineEnds();
            if (operand() is not Expression next)
                return null;
            operands.Add(next);
        }

        return operands is null ? left : new ChainExpression(TextSpan.From(left.Span, operands[^1].Span), operands, operators);
    }

    /// <summary>The token at hand; inside brackets, line ends do not count.</summary>
    private Token Current
    {
        get
        {
            if (_open.Count > 0 && reader.At(TokenKind.Newline))
                reader.SkipLineEnds();
            return reader.Current;
        }
    }

    private Expression? Factor()
    {
        Token start = Current;
        if (start.Kind != TokenKind.Minus)
            return Operand();
        reader.Take();
        reader.SkipLineEnds();
        return Deeper(start, () => Factor() is Expression e ? new NegateExpression(TextSpan.From(start.Span, e.Span), e) : null);
    }

    private Expression? Operand()
    {
        Token token = Current;
        if (++_parts > MaximumParts)
            return Fail(token, $"more than {MaximumParts} parts in one cell", "a cell of fewer names and numbers");
        switch (token.Kind)
        {
            case TokenKind.Number:
                reader.Take();
                return new NumberExpression(token.Span, token.Value);
            case TokenKind.Name: return Name();
            case TokenKind.OpenParenthesis: return Deeper(token, Parenthesis);
            case TokenKind.OpenBracket: return Deeper(token, Concat);
            case TokenKind.Bad: return null;
            default: return Missing(token);
        }
    }

    private Expression? Missing(Token token)
    {
        bool operators = token.Kind is TokenKind.Plus or TokenKind.Star or TokenKind.Slash;
        string? fix = operators && reader.Previous.Kind is TokenKind.Plus or TokenKind.Minus or TokenKind.Star or TokenKind.Slash
                ? $"remove {reader.Describe(token)} or put a value before it"
            : token.Kind is TokenKind.Newline && reader.Previous.Kind is not TokenKind.Equals ? "complete it, or remove the sign"
            : null;
        if (token.Kind is TokenKind.Newline or TokenKind.End)
            return Fail(reader.Previous, $"the expression ends after {reader.Describe(reader.Previous)}", ValueExpected, fix);
        return Fail(token, reader.Surprise(token), ValueExpected, fix);
    }

    private Expression? Name()
    {
        Token token = reader.Take();
        string name = reader.TextOf(token);
        if (Function.All.TryGetValue(name, out Function? function))
            return Deeper(token, () => Call(token, function));
        bool primed = reader.At(TokenKind.Prime);
        TextSpan span = primed ? TextSpan.From(token.Span, reader.Take().Span) : token.Span;
        if (reader.At(TokenKind.Prime))
            return Fail(reader.Current, $"`{name}'` has a second prime", "one prime: the value after this step", "carry older values in states of their own");
        var expression = new NameExpression(span, name, primed);
        if (!BeginsOperand(Current.Kind))
            return expression;
        bool parenthesis = Current.Kind == TokenKind.OpenParenthesis;
        return Deeper(token, () => Operand() is Expression e ? new ProductExpression(TextSpan.From(span, e.Span), expression, e, parenthesis) : null);
    }

    private static bool BeginsOperand(TokenKind kind) => kind is TokenKind.Name or TokenKind.Number or TokenKind.OpenParenthesis or TokenKind.OpenBracket;

    private Expression? Parenthesis()
    {
        Token open = reader.Take();
        _open.Push(open);
        if (Current.Kind == TokenKind.CloseParenthesis)
            return Fail(Current, "nothing between `(` and `)`", ValueExpected);
        return Sum() is Expression inner && Close(open) is not null ? inner : null;
    }

    private Expression? Concat()
    {
        Token open = reader.Take();
        _open.Push(open);
        if (Current.Kind == TokenKind.CloseBracket)
            return Fail(Current, "nothing between `[` and `]`", "vectors to put one after the other: `[h, x]`");
        return List() is List<Expression> parts && Close(open) is Token close ? new ConcatExpression(TextSpan.From(open.Span, close.Span), parts) : null;
    }

    private Expression? Call(Token name, Function function)
    {
        Token open = reader.Current;
        if (open.Kind == TokenKind.Bad)
            return null;
        if (open.Kind != TokenKind.OpenParenthesis)
            return Fail(name, $"the function `{function.Name}` without its parentheses", $"`{function.Usage}`", BareArgument(open, function));
        reader.Take();
        _open.Push(open);
        var arguments = new List<Expression>();
        if (Current.Kind != TokenKind.CloseParenthesis)
        {
            if (List() is not List<Expression> list)
                return null;
            arguments = list;
        }

        if (Close(open) is not Token close)
            return null;
        var span = TextSpan.From(name.Span, close.Span);
        int wanted = function.Values + function.Numbers;
        if (arguments.Count != wanted)
        {
            reader.Diagnostics.Error(
                span, $"`{function.Name}` takes {Count(wanted)}, but got {arguments.Count}", $"`{function.Usage}`",
                arguments.Count > wanted && function.Values == 1 && function.Numbers == 0 ? $"for vectors one after the other write `{function.Name}([a, b])`" : null);
            return null;
        }

        return new CallExpression(span, name.Span, function, arguments, function.Kind == FunctionKind.Random ? _masks++ : 0);
    }

    private string? BareArgument(Token next, Function function) =>
        next.Kind == TokenKind.Name && function.Values + function.Numbers == 1
            ? $"write `{function.Name}({reader.TextOf(next)}{(BeginsOperand(reader.Next.Kind) ? " …" : "")})`"
        : next.Kind == TokenKind.Equals ? "choose another name; functions' names are reserved" : null;

    private static string Count(int wanted) => wanted == 1 ? "one argument" : $"{wanted} arguments";

    private List<Expression>? List()
    {
        var parts = new List<Expression>();
        while (true)
        {
            if (Sum() is not Expression part)
                return null;
            parts.Add(part);
            if (Current.Kind != TokenKind.Comma)
                return parts;
            reader.Take();
        }
    }

    /// <summary>The bracket that ends what <paramref name="open"/> began; null after reporting that it is missing or another.</summary>
    private Token? Close(Token open)
    {
        bool round = open.Kind == TokenKind.OpenParenthesis;
        Token token = Current;
        if (token.Kind == (round ? TokenKind.CloseParenthesis : TokenKind.CloseBracket))
        {
            _open.Pop();
            return reader.Take();
        }

        string sign = round ? ")" : "]";
        if (token.Kind is TokenKind.Newline or TokenKind.End)
            Fail(open, $"`{reader.TextOf(open)}` is never closed", $"`{sign}`", $"close it with `{sign}` before the next definition");
        else if (token.Kind is TokenKind.CloseParenthesis or TokenKind.CloseBracket)
            Fail(token, $"{reader.Describe(token)} where `{sign}` closes `{reader.TextOf(open)}`", $"`{sign}`", $"write `{sign}`");
        else if (token.Kind == TokenKind.Comma)
            Fail(token, "a comma inside parentheses that are not a call's", "`)`", "vectors are put one after the other in brackets: `[a, b]`");
        else if (token.Kind != TokenKind.Bad)
            Unexpected(token);
        return null;
    }

    /// <summary>Reports a token where an operator or the end of the line should stand.</summary>
    public void Unexpected(Token token)
    {
        switch (token.Kind)
        {
            case TokenKind.Bad:
                break;
            case TokenKind.CloseParenthesis or TokenKind.CloseBracket:
                Fail(token, $"{reader.Describe(token)} closes nothing", "an operator or the end of the line", "remove it, or open it before");
                break;
            case TokenKind.Equals:
                Fail(token, "a second `=` on one line", "an operator or the end of the line", "one definition a line");
                break;
            default:
                Fail(
                    token, reader.Surprise(token), "an operator or the end of the line",
                    BeginsOperand(token.Kind) ? "write `*` between them; only a matrix's name may stand before its vector without a sign" : null);
                break;
        }
    }

    private Expression? Deeper(Token at, Func<Expression?> read)
    {
        if (_depth == MaximumDepth)
            return Fail(at, $"nested deeper than {MaximumDepth} levels", "a flatter expression", "give parts of it names of their own");
        _depth++;
        Expression? result = read();
        _depth--;
        return result;
    }

    private Expression? Fail(Token token, string message, string? expected, string? fix = null)
    {
        reader.Diagnostics.Error(token.Span, message, expected, fix);
        return null;
    }
}
