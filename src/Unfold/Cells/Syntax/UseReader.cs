namespace Unfold.Cells.Syntax;

/// <summary>Walks the right sides in the order of the text: makes the parameters that nothing declares, marks what is used, checks primes.</summary>
internal sealed class UseReader(SymbolTable symbols, Diagnostics diagnostics)
{
    public void Read(Expression expression)
    {
        switch (expression)
        {
            case NameExpression name: Use(name, null); break;
            case NegateExpression negate: Read(negate.Operand); break;
            case ProductExpression product:
                Use(product.Matrix, product);
                Read(product.Operand);
                break;
            case ChainExpression chain:
                foreach (Expression operand in chain.Operands)
                    Read(operand);
                break;
            case CallExpression call:
                foreach (Expression argument in call.Arguments)
                    Read(argument);
                break;
            case ConcatExpression concat:
                foreach (Expression part in concat.Parts)
                    Read(part);
                break;
            default: break;
        }
    }

    private void Use(NameExpression name, ProductExpression? product)
    {
        Symbol? symbol = symbols.Find(name.Name);
        if (name.Primed)
        {
            UsePrimed(name, symbol);
            return;
        }

        if (symbol is null)
        {
            if (!CanBeParameter(name, product))
                return;
            symbol = symbols.AddFree(name.Name, name.Span);
        }

        if (symbol.IsParameter && !symbol.Used)
            symbols.UsedParameters.Add(symbol);
        symbol.Used = true;
    }

    private void UsePrimed(NameExpression name, Symbol? symbol)
    {
        IEnumerable<string> states = symbols.All.Where(s => s.Kind == SymbolKind.State).Select(s => s.Name);
        if (symbol is null)
        {
            string? near = Words.Nearest(name.Name, states);
            diagnostics.Error(
                name.Span, $"no line gives `{name.Name}'`", $"a state with a line `{name.Name}' = …`",
                near is null ? $"add a line `{name.Name}' = …`" : $"did you mean `{near}'`?");
        }
        else if (symbol.Kind == SymbolKind.State && symbol.Definition is null)
        {
            diagnostics.Error(name.Span, $"the state `{name.Name}` has no next value", $"a line `{name.Name}' = …`", $"add it, or use `{name.Name}` without the prime");
        }
        else if (symbol.Kind != SymbolKind.State)
        {
            diagnostics.Error(
                name.Span, $"`{name.Name}` is {symbol.Describe}, so `{name.Name}'` has no meaning", "a state before the prime", $"write `{name.Name}`");
        }
    }

    private bool CanBeParameter(NameExpression name, ProductExpression? product)
    {
        if (TokenReader.Keywords.Contains(name.Name))
            diagnostics.Error(name.Span, $"`{name.Name}` is a reserved word", "a name");
        else if (symbols.Sizes.ContainsKey(name.Name) || name.Name is "C" or "H")
            diagnostics.Error(name.Span, $"`{name.Name}` is a size, not a value", "a value", $"for a number write a line `let {name.Name.ToLowerInvariant()}_value = …`");
        else if (product is { InParentheses: true } && !char.IsAsciiLetterUpper(name.Name[0]))
            diagnostics.Error(name.Span, $"there is no function `{name.Name}`", "a function, or a matrix (capital letter)", NoFunction(name.Name));
        else
            return true;
        return false;
    }

    private static string NoFunction(string name) =>
        name.ToLowerInvariant() switch
        {
            "sigma" or "logistic" or "sig" or "sigm" => "the logistic function is `sigmoid(v)`",
            "ln" => "the natural logarithm is `log(v)`",
            "pow" or "power" => "there are no powers: write `square(v)` or `v * v`",
            "layer_norm" or "layernorm" or "ln1" => "write `norm(v) * g + b`",
            "swish" => "swish is `silu(v)`",
            _ => Words.DidYouMean(name, Function.All.Keys) ?? "functions: " + string.Join(" ", Function.All.Keys),
        };
}
