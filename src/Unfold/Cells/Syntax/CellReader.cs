using Unfold.Cells.Graph;

namespace Unfold.Cells.Syntax;

/// <summary>What reading a text gave: the graph, unless there were errors.</summary>
internal sealed record CellReading(Diagnostics Diagnostics, string Text, CellGraph? Graph, TextSpan? EqualSizes, IReadOnlyList<NumberDeclaration> Numbers);

/// <summary>The reader of the cell language: from a text to a checked graph.</summary>
internal static class CellReader
{
    /// <summary>Reads a text; never throws for what it says.</summary>
    public static CellReading Read(string text, string fileName, string name, IReadOnlyDictionary<string, double>? constants)
    {
        var diagnostics = new Diagnostics(new SourceText(fileName, text));
        IReadOnlyList<Statement> statements = StatementParser.Parse(diagnostics);
        NumberDeclaration[] numbers = [.. statements.OfType<NumberDeclaration>()];
        if (constants is { Count: > 0 } && !diagnostics.Failed)
        {
            string rewritten = Constants.Rewrite(text, numbers, constants, diagnostics);
            if (!diagnostics.Failed && rewritten != text)
                return Read(rewritten, fileName, name, null);
        }

        if (statements.Count == 0 && !diagnostics.Failed)
            diagnostics.Error(new TextSpan(0, 0), "there is no definition", "at least a line `h' = …`", "for example `h' = tanh(W x + U h + b)`");
        if (diagnostics.Failed)
            return new CellReading(diagnostics, text, null, null, numbers);
        return Analyse(statements, diagnostics, name, text, SizeTerm.Input, null) with { Numbers = numbers };
    }

    private static CellReading Analyse(
        IReadOnlyList<Statement> statements, Diagnostics diagnostics, string name, string text, SizeTerm input, TextSpan? equalSizes)
    {
        var failed = new CellReading(diagnostics, text, null, equalSizes, []);
        var symbols = new SymbolTable(statements, diagnostics, input);
        CheckOutput(symbols, diagnostics);
        if (diagnostics.Failed)
            return failed;
        Definition[] definitions = [.. statements.OfType<Definition>()];
        if (Dependencies.Order(definitions, symbols, diagnostics) is not IReadOnlyList<Definition> ordered)
            return failed;
        var solver = new SizeSolver(diagnostics);
        new ShapeInference(symbols, solver, diagnostics).Run(ordered);
        if (diagnostics.Failed)
            return failed;
        if (solver.EqualSizes is TextSpan place && equalSizes is null)
            return Analyse(statements, diagnostics, name, text, SizeTerm.Hidden, place);
        foreach (Symbol symbol in symbols.All.Where(s => s.Init is not null))
            Initializations.Check(symbol, diagnostics);
        Warnings.CheckLearned(symbols, diagnostics);
        if (diagnostics.Failed)
            return failed;
        CellGraph graph = new GraphReader(symbols).Read(name, ordered);
        Warnings.Find(symbols, definitions, diagnostics);
        return new CellReading(diagnostics, text, graph, equalSizes, []);
    }

    private static void CheckOutput(SymbolTable symbols, Diagnostics diagnostics)
    {
        if (symbols.Output is not null || symbols.Find("h") is { Kind: SymbolKind.State, Definition: not null } || diagnostics.Failed)
            return;
        Symbol? last = symbols.All.LastOrDefault(s => s.Definition is not null);
        TextSpan span = last?.Span ?? new TextSpan(0, 0);
        string? fix = symbols.Find("h") is { Kind: SymbolKind.Intermediate } ? "`h` is given a value within the step; as a state it is `h' = …`"
            : last is null ? null : $"add a line `output = {last.Definition!.Label}`, or name the state h";
        diagnostics.Error(span, "the cell has no output: no line gives `h'` or `output`", "a line `h' = …` or `output = …`", fix);
    }
}
