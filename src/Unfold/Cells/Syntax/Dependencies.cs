namespace Unfold.Cells.Syntax;

/// <summary>Puts definitions in an order in which each comes after those it uses, and finds what uses itself within a step.</summary>
internal static class Dependencies
{
    /// <summary>All definitions, ordered; null after reporting a cycle. Without recursion: a text may hold thousands in a row.</summary>
    public static IReadOnlyList<Definition>? Order(IReadOnlyList<Definition> definitions, SymbolTable symbols, Diagnostics diagnostics)
    {
        var ordered = new List<Definition>();
        var finished = new HashSet<Definition>();
        var active = new HashSet<Definition>();
        var path = new Stack<(Definition Definition, IEnumerator<Definition> Uses)>();
        foreach (Definition root in definitions)
        {
            if (!finished.Contains(root))
                Enter(root);
            while (path.TryPeek(out (Definition Definition, IEnumerator<Definition> Uses) top))
            {
                if (!top.Uses.MoveNext())
                {
                    path.Pop();
                    active.Remove(top.Definition);
                    finished.Add(top.Definition);
                    ordered.Add(top.Definition);
                }
                else if (active.Contains(top.Uses.Current))
                {
                    ReportCycle(top.Uses.Current);
                    return null;
                }
                else if (!finished.Contains(top.Uses.Current))
                {
                    Enter(top.Uses.Current);
                }
            }
        }

        return ordered;

        void Enter(Definition definition)
        {
            active.Add(definition);
            path.Push((definition, Uses(definition, symbols).GetEnumerator()));
        }

        void ReportCycle(Definition first)
        {
            string[] names = [.. path.Select(p => p.Definition).TakeWhile(d => d != first).Append(first).Reverse().Select(d => d.Label), first.Label];
            string shown = names.Length <= 8 ? string.Join(" -> ", names) : string.Join(" -> ", names[..4]) + " -> … -> " + string.Join(" -> ", names[^3..]);
            string? state = names.FirstOrDefault(n => n.EndsWith('\''));
            diagnostics.Error(
                first.Name.Span, $"`{first.Label}` needs itself within the step: {shown}", "an order in which every value can be computed",
                state is null ? "carry one of them from the step before: make it a state" : $"`{state[..^1]}` without the prime is the value before the step");
        }
    }

    /// <summary>The definitions that a definition uses, as they stand in it.</summary>
    public static IEnumerable<Definition> Uses(Definition definition, SymbolTable symbols)
    {
        var open = new Stack<Expression>([definition.Value]);
        while (open.TryPop(out Expression? expression))
        {
            IReadOnlyList<Expression> parts = expression switch
            {
                NegateExpression negate => [negate.Operand],
                ProductExpression product => [product.Operand, product.Matrix],
                ChainExpression chain => chain.Operands,
                CallExpression call => call.Arguments,
                ConcatExpression concat => concat.Parts,
                _ => [],
            };
            for (int i = parts.Count - 1; i >= 0; i--)
                open.Push(parts[i]);
            if (expression is NameExpression name && symbols.Find(name.Name) is Symbol symbol
                && (symbol.Kind == SymbolKind.Intermediate || name.Primed) && symbol.Definition is Definition used)
                yield return used;
        }
    }
}
