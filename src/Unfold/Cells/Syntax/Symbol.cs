namespace Unfold.Cells.Syntax;

internal enum SymbolKind
{
    /// <summary>x.</summary>
    Input,

    /// <summary>A value carried from step to step.</summary>
    State,

    /// <summary>A name that a line defines within the step.</summary>
    Intermediate,

    /// <summary>A number with a name: <c>let</c>.</summary>
    Constant,

    /// <summary>A parameter that is one number.</summary>
    Scalar,

    /// <summary>A parameter that is a vector.</summary>
    Vector,

    /// <summary>A parameter that is a matrix.</summary>
    Matrix,
}

/// <summary>What a name of the text stands for.</summary>
internal sealed class Symbol(string name, SymbolKind kind, TextSpan span)
{
    public string Name => name;

    public SymbolKind Kind => kind;

    /// <summary>Where it is declared or defined; for a parameter that nothing declares, where it is first used.</summary>
    public TextSpan Span => span;

    /// <summary>Whether a declaration made it, rather than its use.</summary>
    public bool Declared { get; init; }

    /// <summary>A vector's size, a matrix's number of rows.</summary>
    public SizeTerm Rows { get; init; } = SizeTerm.Zero;

    /// <summary>A matrix's number of columns.</summary>
    public SizeTerm Columns { get; init; } = SizeTerm.Zero;

    /// <summary>A constant's number.</summary>
    public double Value { get; init; }

    /// <summary>The line of an intermediate value, or of a state's next one.</summary>
    public Definition? Definition { get; set; }

    public bool Used { get; set; }

    /// <summary>False after <c>fixed NAME</c>.</summary>
    public bool Trained { get; set; } = true;

    public InitDeclaration? Init { get; set; }

    public bool IsParameter => kind is SymbolKind.Scalar or SymbolKind.Vector or SymbolKind.Matrix;

    /// <summary>What it is, for messages: "a matrix".</summary>
    public string Describe => kind switch
    {
        SymbolKind.Input => "the input",
        SymbolKind.State => "a state",
        SymbolKind.Intermediate => "defined as a vector or number",
        SymbolKind.Constant => "a constant",
        SymbolKind.Scalar => "a scalar",
        SymbolKind.Vector => "a vector",
        _ => "a matrix",
    };
}
