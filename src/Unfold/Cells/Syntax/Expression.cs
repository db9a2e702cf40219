namespace Unfold.Cells.Syntax;

/// <summary>The right side of a definition, or a part of it, as written.</summary>
internal abstract class Expression(TextSpan span)
{
    public TextSpan Span => span;
}

internal sealed class NumberExpression(TextSpan span, double value) : Expression(span)
{
    public double Value => value;
}

/// <summary>A name, or a primed one: the state's value after the step.</summary>
internal sealed class NameExpression(TextSpan span, string name, bool primed) : Expression(span)
{
    public string Name => name;

    public bool Primed => primed;
}

internal sealed class NegateExpression(TextSpan span, Expression operand) : Expression(span)
{
    public Expression Operand => operand;
}

/// <summary>
/// <c>a + b - c</c> or <c>a * b / c</c>, from the left. A list, not a tree, so that a chain of any length is walked without recursion.
/// </summary>
internal sealed class ChainExpression(TextSpan span, IReadOnlyList<Expression> operands, IReadOnlyList<Token> operators) : Expression(span)
{
    public IReadOnlyList<Expression> Operands => operands;

    /// <summary>One fewer than the operands: the sign between each and the next.</summary>
    public IReadOnlyList<Token> Operators => operators;
}

/// <summary>A matrix and what stands to its right: <c>W x</c>.</summary>
internal sealed class ProductExpression(TextSpan span, NameExpression matrix, Expression operand, bool inParentheses) : Expression(span)
{
    public NameExpression Matrix => matrix;

    public Expression Operand => operand;

    /// <summary>Whether the operand stands in parentheses, so that <c>name(…)</c> may have been meant as a call.</summary>
    public bool InParentheses => inParentheses;
}

internal sealed class CallExpression(TextSpan span, TextSpan nameSpan, Function function, IReadOnlyList<Expression> arguments, int place)
    : Expression(span)
{
    public TextSpan NameSpan => nameSpan;

    public Function Function => function;

    public IReadOnlyList<Expression> Arguments => arguments;

    /// <summary>For dropout and zoneout: 0, 1, … in the order of the text.</summary>
    public int Place => place;
}

/// <summary><c>[a, b]</c>: vectors one after the other.</summary>
internal sealed class ConcatExpression(TextSpan span, IReadOnlyList<Expression> parts) : Expression(span)
{
    public IReadOnlyList<Expression> Parts => parts;
}
