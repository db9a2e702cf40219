namespace Unfold.Cells.Syntax;

/// <summary>One line of a cell's text (with the lines that go on from it).</summary>
internal abstract class Statement(Word name)
{
    /// <summary>The name that the line is about, with its place.</summary>
    public Word Name => name;
}

/// <summary>A name as it stands in the text.</summary>
internal readonly record struct Word(string Text, TextSpan Span);

/// <summary><c>name = …</c>, <c>name' = …</c> (primed) or <c>output = …</c>.</summary>
internal sealed class Definition(Word name, bool primed, Expression value) : Statement(name)
{
    public bool Primed => primed;

    public Expression Value => value;

    /// <summary>The name with its prime.</summary>
    public string Label => primed ? Name.Text + "'" : Name.Text;
}

internal enum DeclarationKind
{
    State,
    Scalar,
    Vector,
    Matrix,
}

/// <summary><c>state c[m]</c>, <c>scalar a</c>, <c>vector v[m]</c>, <c>matrix W[n, m]</c>; <paramref name="sizes"/> is null where none were written.</summary>
internal sealed class ShapeDeclaration(Word name, DeclarationKind kind, IReadOnlyList<SizeExpression>? sizes) : Statement(name)
{
    public DeclarationKind Kind => kind;

    public IReadOnlyList<SizeExpression>? Sizes => sizes;
}

/// <summary>A size as written: a sum of whole numbers, names and multiples of names.</summary>
internal sealed record SizeExpression(TextSpan Span, IReadOnlyList<SizeSummand> Summands);

/// <summary>A whole number (no name), a name (count 1) or a multiple of a name.</summary>
internal readonly record struct SizeSummand(int Count, Word? Name);

/// <summary><c>fixed U</c>.</summary>
internal sealed class FixedDeclaration(Word name) : Statement(name);

/// <summary><c>let leak = 0.3</c> or <c>size m = 128</c>; the number can be set from outside.</summary>
internal sealed class NumberDeclaration(Word name, bool isSize, double value, TextSpan valueSpan) : Statement(name)
{
    public bool IsSize => isSize;

    public double Value => value;

    /// <summary>Where the number stands, with its sign.</summary>
    public TextSpan ValueSpan => valueSpan;
}

/// <summary><c>init NAME = KIND(numbers)</c>; a bare number has the kind <c>""</c>.</summary>
internal sealed class InitDeclaration(Word name, Word kind, IReadOnlyList<double> numbers, bool hasList, TextSpan span) : Statement(name)
{
    public Word Kind => kind;

    public IReadOnlyList<double> Numbers => numbers;

    /// <summary>Whether the kind was followed by parentheses.</summary>
    public bool HasList => hasList;

    /// <summary>The right side.</summary>
    public TextSpan Span => span;
}
