namespace Unfold.Cells.Syntax;

/// <summary>What is allowed but probably a slip: near misses, states that never change, lines that nothing uses.</summary>
internal static class Warnings
{
    /// <summary>An error: a learned start's parameter has the name of another.</summary>
    public static void CheckLearned(SymbolTable symbols, Diagnostics diagnostics)
    {
        foreach (Symbol state in symbols.All.Where(s => s.Kind == SymbolKind.State && s.Init?.Kind.Text == "learned"))
        {
            if (symbols.Find(state.Name + "0") is Symbol other)
            {
                diagnostics.Error(
                    state.Init!.Name.Span, $"the learned start of `{state.Name}` is the parameter `{other.Name}`, but `{other.Name}` is {other.Describe} already",
                    "a free name", $"give the other `{other.Name}` another name");
            }
        }
    }

    public static void Find(SymbolTable symbols, IReadOnlyList<Definition> definitions, Diagnostics diagnostics)
    {
        foreach (Symbol state in symbols.All.Where(s => s.Kind == SymbolKind.State))
        {
            if (state.Definition is null)
            {
                diagnostics.Warning(
                    state.Span, $"the state `{state.Name}` is never given a next value and keeps the one it starts with", $"add a line `{state.Name}' = …`");
            }
        }

        Unused(symbols, definitions, diagnostics);
        LikeStates(symbols, diagnostics);
        NearMisses(symbols, diagnostics);
    }

    private static void Unused(SymbolTable symbols, IReadOnlyList<Definition> definitions, Diagnostics diagnostics)
    {
        Definition? output = symbols.Output ?? symbols.Find("h")?.Definition;
        var needed = new HashSet<Definition>();
        var open = new Stack<Definition>(definitions.Where(d => d.Primed || d == output));
        while (open.TryPop(out Definition? definition))
        {
            if (!needed.Add(definition))
                continue;
            foreach (Definition used in Dependencies.Uses(definition, symbols))
                open.Push(used);
        }

        foreach (Definition definition in definitions.Where(d => !needed.Contains(d)))
            diagnostics.Warning(definition.Name.Span, $"`{definition.Label}` is computed, but neither the output nor a state depends on it", "remove the line, or use it");
        foreach (Symbol symbol in symbols.All.Where(s => !s.Used && s.Declared && s.Kind != SymbolKind.State))
            diagnostics.Warning(symbol.Span, $"`{symbol.Name}` is declared, but no definition uses it", "remove the line, or use it");
        var read = new HashSet<Definition>(definitions.SelectMany(d => Dependencies.Uses(d, symbols)));
        foreach (Symbol state in symbols.All.Where(s => s.Kind == SymbolKind.State && !s.Used && s.Definition is not null && s.Definition != output))
        {
            if (!read.Contains(state.Definition!))
                diagnostics.Warning(state.Span, $"the state `{state.Name}` is never read", "remove it, or use it");
        }

        foreach ((string name, (_, TextSpan span)) in symbols.Sizes)
        {
            if (!symbols.UsedSizes.Contains(name))
                diagnostics.Warning(span, $"the size `{name}` is used by no declaration", $"write for example `state h[{name}]`");
        }
    }

    private static void LikeStates(SymbolTable symbols, Diagnostics diagnostics)
    {
        Symbol[] states = [.. symbols.All.Where(s => s.Kind == SymbolKind.State)];
        foreach (Symbol parameter in symbols.All.Where(s => s.Kind == SymbolKind.Vector && !s.Declared && s.Used))
        {
            if (parameter.Name is "h" or "c" or "s")
            {
                diagnostics.Warning(
                    parameter.Span, $"`{parameter.Name}` is read like a state, but no line gives `{parameter.Name}'`; it is a trained vector",
                    $"add a line `{parameter.Name}' = …`, or declare `vector {parameter.Name}`");
            }
            else if (states.FirstOrDefault(s => Like(parameter.Name, s.Name)) is Symbol state)
            {
                diagnostics.Warning(
                    parameter.Span, $"the trained vector `{parameter.Name}` is named like the state `{state.Name}`", $"did you mean `{state.Name}`? If not, declare `vector {parameter.Name}`");
            }
        }
    }

    /// <summary>The state's name doubled, in another case, or with a digit or <c>_prev</c> and the like behind it.</summary>
    private static bool Like(string parameter, string state) =>
        parameter.Equals(state, StringComparison.OrdinalIgnoreCase)
        || (parameter.StartsWith(state, StringComparison.Ordinal)
            && (parameter == state + state[^1] || parameter[state.Length] == '_' || parameter[state.Length..].All(char.IsAsciiDigit)))
        || (char.IsAsciiDigit(state[^1]) && parameter.TrimEnd("0123456789".ToCharArray()) == state.TrimEnd("0123456789".ToCharArray()));

    private static void NearMisses(SymbolTable symbols, Diagnostics diagnostics)
    {
        Symbol[] named = [.. symbols.All.Where(s => s.IsParameter || s.Kind is SymbolKind.Intermediate or SymbolKind.Constant).Take(500)];
        foreach (Symbol parameter in named.Where(s => s.IsParameter && !s.Declared))
        {
            Symbol? other = named.FirstOrDefault(s =>
                s != parameter && Words.NearMiss(parameter.Name, s.Name) && (!s.IsParameter || s.Declared || s.Span.Start < parameter.Span.Start));
            if (other is not null)
            {
                diagnostics.Warning(
                    parameter.Span, $"the parameter `{parameter.Name}` is one slip away from `{other.Name}`", $"did you mean `{other.Name}`? If not, give it a more distinct name");
            }
        }
    }
}
