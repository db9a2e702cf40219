namespace Unfold.Cells.Syntax;

/// <summary>Every name of a text with what it stands for. Reports names defined twice, declared in vain, or used for what they are not.</summary>
internal sealed class SymbolTable
{
    private readonly Dictionary<string, Symbol> _symbols = [];
    private readonly Dictionary<string, (int Value, TextSpan Span)> _sizes = [];
    private readonly HashSet<string> _usedSizes = [];
    private readonly List<Symbol> _order = [];
    private readonly Diagnostics _diagnostics;

    /// <summary>Collects all names.</summary>
    /// <param name="statements">The text's lines.</param>
    /// <param name="diagnostics">Where errors go.</param>
    /// <param name="input">The size of x: C, or H for a cell that needs both to be equal.</param>
    public SymbolTable(IReadOnlyList<Statement> statements, Diagnostics diagnostics, SizeTerm input)
    {
        _diagnostics = diagnostics;
        InputSize = input;
        Add(new Symbol("x", SymbolKind.Input, new TextSpan(0, 0)) { Rows = input });
        foreach (NumberDeclaration number in statements.OfType<NumberDeclaration>().Where(n => n.IsSize))
        {
            if (!_sizes.TryAdd(number.Name.Text, ((int)number.Value, number.Name.Span)))
                Twice(number.Name, "size " + number.Name.Text, _sizes[number.Name.Text].Span);
        }

        foreach (Statement statement in statements)
            Declare(statement);
        var reader = new UseReader(this, diagnostics);
        foreach (Definition definition in statements.OfType<Definition>())
            reader.Read(definition.Value);
        if (!diagnostics.Failed)
            AttachInitAndFixed(statements);
    }

    public SizeTerm InputSize { get; }

    /// <summary>All names in the order in which the text first defines, declares or uses them.</summary>
    public IReadOnlyList<Symbol> All => _order;

    public IReadOnlyDictionary<string, (int Value, TextSpan Span)> Sizes => _sizes;

    public IReadOnlySet<string> UsedSizes => _usedSizes;

    /// <summary>The line <c>output = …</c>, where there is one.</summary>
    public Definition? Output { get; private set; }

    /// <summary>The parameters in the order in which the text first uses them.</summary>
    public List<Symbol> UsedParameters { get; } = [];

    public Symbol? Find(string name) => _symbols.GetValueOrDefault(name);

    public Symbol this[string name] => _symbols[name];

    /// <summary>A parameter that nothing declares: a matrix when its first letter is a capital, else a vector. Its sizes follow from its places.</summary>
    public Symbol AddFree(string name, TextSpan span)
    {
        bool matrix = char.IsAsciiLetterUpper(name[0]);
        var symbol = new Symbol(name, matrix ? SymbolKind.Matrix : SymbolKind.Vector, span)
        {
            Rows = SizeTerm.Unknown(),
            Columns = matrix ? SizeTerm.Unknown() : SizeTerm.Zero,
        };
        Add(symbol);
        return symbol;
    }

    private void Add(Symbol symbol)
    {
        _symbols.Add(symbol.Name, symbol);
        _order.Add(symbol);
    }

    private void Declare(Statement statement)
    {
        Word name = statement.Name;
        switch (statement)
        {
            case Definition { Name.Text: "output" } output:
                if (Output is null)
                    Output = output;
                else
                    Twice(name, "output", Output.Name.Span);
                break;
            case Definition { Primed: true } next: DeclareNext(next); break;
            case Definition definition:
                if (IsFree(name, name.Text))
                    Add(new Symbol(name.Text, SymbolKind.Intermediate, name.Span) { Definition = definition });
                break;
            case NumberDeclaration { IsSize: false } constant:
                if (IsFree(name, name.Text))
                    Add(new Symbol(name.Text, SymbolKind.Constant, name.Span) { Declared = true, Value = constant.Value });
                break;
            case NumberDeclaration:
                if (_sizes[name.Text].Span == name.Span)
                    IsFree(name, name.Text);
                break;
            case ShapeDeclaration shape: DeclareShape(shape); break;
            default: break;
        }
    }

    private void DeclareNext(Definition next)
    {
        string name = next.Name.Text;
        if (Find(name) is Symbol { Kind: SymbolKind.State } state)
        {
            if (state.Definition is null)
                state.Definition = next;
            else
                Twice(next.Name, next.Label, state.Definition.Name.Span);
        }
        else if (IsFree(next.Name, next.Label))
        {
            Add(new Symbol(name, SymbolKind.State, next.Name.Span) { Rows = SizeTerm.Hidden, Definition = next });
        }
    }

    private void DeclareShape(ShapeDeclaration shape)
    {
        Word name = shape.Name;
        SizeTerm[]? sizes = shape.Sizes?.Select(Size).ToArray();
        SymbolKind kind = shape.Kind switch
        {
            DeclarationKind.State => SymbolKind.State,
            DeclarationKind.Scalar => SymbolKind.Scalar,
            DeclarationKind.Vector => SymbolKind.Vector,
            _ => SymbolKind.Matrix,
        };
        if (kind == SymbolKind.State && Find(name.Text) is Symbol { Kind: SymbolKind.State, Declared: false } known)
        {
            Symbol declared = new(name.Text, kind, known.Span) { Declared = true, Rows = sizes?[0] ?? SizeTerm.Hidden, Definition = known.Definition };
            _symbols[name.Text] = declared;
            _order[_order.IndexOf(known)] = declared;
            return;
        }

        if (!IsFree(name, name.Text))
            return;
        SizeTerm rows = sizes is { Length: > 0 } ? sizes[0] : kind == SymbolKind.State ? SizeTerm.Hidden : SizeTerm.Unknown();
        SizeTerm columns = sizes is { Length: > 1 } ? sizes[1] : kind == SymbolKind.Matrix ? SizeTerm.Unknown() : SizeTerm.Zero;
        Add(new Symbol(name.Text, kind, name.Span) { Declared = true, Rows = rows, Columns = columns });
    }

    private SizeTerm Size(SizeExpression expression)
    {
        SizeTerm sum = SizeTerm.Zero;
        foreach (SizeSummand summand in expression.Summands)
        {
            if (summand.Name is not Word name)
            {
                sum = sum.Plus(SizeTerm.Of(summand.Count));
            }
            else if (name.Text == "C")
            {
                sum = sum.Plus(InputSize, summand.Count);
            }
            else if (name.Text == "H" || _sizes.ContainsKey(name.Text))
            {
                _usedSizes.Add(name.Text);
                sum = sum.Plus(SizeTerm.Named(name.Text, summand.Count));
            }
            else
            {
                _diagnostics.Error(
                    name.Span, $"the size `{name.Text}` is not known", "`H`, `C` or a name from a `size` line",
                    Words.DidYouMean(name.Text, _sizes.Keys) ?? $"add a line `size {name.Text} = 128`");
                sum = sum.Plus(SizeTerm.Unknown());
            }
        }

        return sum;
    }

    private bool IsFree(Word name, string label)
    {
        if (Find(name.Text) is Symbol known)
        {
            if (known.Kind == SymbolKind.State != label.EndsWith('\'') && (known.Kind == SymbolKind.State || known.Kind == SymbolKind.Intermediate))
            {
                _diagnostics.Error(
                    name.Span, $"`{name.Text}` is both a state (`{name.Text}' = …`) and a value within the step (`{name.Text} = …`)", "one of the two",
                    $"line {LineOf(known.Span)} has the other; give one of them another name");
            }
            else
            {
                Twice(name, label, known.Span);
            }

            return false;
        }

        if (_sizes.TryGetValue(name.Text, out (int, TextSpan Span) size) && size.Span != name.Span)
        {
            Twice(name, label, size.Span);
            return false;
        }

        return true;
    }

    private void Twice(Word name, string label, TextSpan first) =>
        _diagnostics.Error(name.Span, $"`{label}` is defined twice", "each name once", $"line {LineOf(first)} has it already; choose another name");

    private int LineOf(TextSpan span) => _diagnostics.Source.Locate(span.Start).Line;

    private void AttachInitAndFixed(IReadOnlyList<Statement> statements)
    {
        foreach (Statement statement in statements)
        {
            if (statement is FixedDeclaration && Target(statement.Name, "fixed") is Symbol parameter)
            {
                if (parameter.IsParameter)
                    parameter.Trained = false;
                else
                    _diagnostics.Error(statement.Name.Span, $"`{parameter.Name}` is {parameter.Describe}", "the name of a parameter", "only parameters are trained");
            }
            else if (statement is InitDeclaration init && Target(init.Name, "init") is Symbol target)
            {
                if (target.Init is not null)
                    Twice(init.Name, "init " + target.Name, target.Init.Name.Span);
                target.Init ??= init;
            }
        }
    }

    private Symbol? Target(Word name, string keyword)
    {
        if (Find(name.Text) is Symbol symbol)
            return symbol;
        _diagnostics.Error(
            name.Span, $"`{name.Text}` occurs in no definition", $"a {(keyword == "init" ? "parameter or state" : "parameter")} of this cell",
            Words.DidYouMean(name.Text, _order.Where(s => s.IsParameter || (keyword == "init" && s.Kind == SymbolKind.State)).Select(s => s.Name)));
        return null;
    }
}
