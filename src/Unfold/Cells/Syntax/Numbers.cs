namespace Unfold.Cells.Syntax;

/// <summary>The arguments of a function that must be numbers known when the text is read: slopes, bounds, probabilities.</summary>
internal static class Numbers
{
    /// <summary>A number, a constant's name, or minus one of them; else null.</summary>
    public static double? Of(Expression expression, SymbolTable symbols) => expression switch
    {
        NumberExpression number => number.Value,
        NameExpression { Primed: false } name when symbols.Find(name.Name) is Symbol { Kind: SymbolKind.Constant } constant => constant.Value,
        NegateExpression negate => -Of(negate.Operand, symbols),
        _ => null,
    };

    /// <summary>Reports arguments that are no numbers, or out of range.</summary>
    public static void Check(CallExpression call, SymbolTable symbols, Diagnostics diagnostics)
    {
        Function function = call.Function;
        var values = new double[function.Numbers];
        for (int i = 0; i < values.Length; i++)
        {
            Expression argument = call.Arguments[function.Values + i];
            if (Of(argument, symbols) is double value)
            {
                values[i] = value;
                continue;
            }

            diagnostics.Error(
                argument.Span, $"`{function.Name}` needs a number here", "a number or a constant's name",
                argument is NameExpression name ? $"write a line `let {name.Name}_value = 0.1` and use that name" : null);
            return;
        }

        if (function.Kind == FunctionKind.Random)
        {
            bool dropout = function.Name == "dropout";
            if (!(values[0] >= 0 && (dropout ? values[0] < 1 : values[0] <= 1)))
                diagnostics.Error(call.Arguments[function.Values].Span, $"{values[0]} is not a probability for `{function.Name}`", dropout ? "from 0 to below 1" : "from 0 to 1");
        }
        else if (function.Name == "clip" && values[0] > values[1])
        {
            diagnostics.Error(call.Arguments[1].Span, $"the bounds of `clip` are the wrong way round: {values[0]} is above {values[1]}", "`clip(v, lowest, highest)`", "exchange them");
        }
    }
}
