using Unfold.Cells.Graph;

namespace Unfold.Cells.Schedule;

/// <summary>What makes a value.</summary>
internal enum ValueKind
{
    /// <summary>x, a state, an incoming gradient: it lies in memory before the step.</summary>
    Leaf,

    /// <summary>A parameter vector, a number, or what is made of such alone: the same for all rows.</summary>
    Vector,

    /// <summary>An instruction over tiles.</summary>
    Elementwise,

    /// <summary>A sum of matrix products, made by GEMM in a place of its own.</summary>
    Accumulator,

    /// <summary>A value whose rows are rearranged or meet a matrix of their own: slice, concatenation, outer product, row product, transpose.</summary>
    Coupling,
}

/// <summary>
/// A value of a step after translation for the machine: sizes are numbers, sums of products are one accumulator, and common elementwise patterns are
/// one instruction. It exists once a row (sequence); <see cref="IsRow"/> values are one number a row.
/// </summary>
internal sealed class Value
{
    public required int Id { get; init; }

    public required ValueKind Kind { get; init; }

    /// <summary>Numbers a row.</summary>
    public required int Width { get; init; }

    /// <summary>One number a row (a scalar of the graph). Its instruction runs beside tiles of <see cref="HomeWidth"/>.</summary>
    public bool IsRow { get; init; }

    /// <summary>The width of the rows that a scalar was reduced from; <see cref="Width"/> for other values; 0 where nothing decides.</summary>
    public int HomeWidth { get; init; }

    /// <summary>The graph's node this computes.</summary>
    public Node? Origin { get; init; }

    public OpCode Op { get; init; }

    public Value[] Inputs { get; init; } = [];

    public double V { get; init; }

    public double W { get; init; }

    /// <summary>For a transpose: the rows of the result, which were the columns before.</summary>
    public int Columns { get; init; }

    /// <summary>For an accumulator: its products.</summary>
    public IReadOnlyList<ProductTerm> Terms { get; init; } = [];

    /// <summary>For an accumulator: a parameter vector added to it, or null.</summary>
    public Value? Bias { get; init; }

    /// <summary>For an accumulator that is an output: elementwise values that are stored first, before the products are added.</summary>
    public IReadOnlyList<Value> Initial { get; init; } = [];

    /// <summary>Whether computing it again costs about as much as loading it.</summary>
    public bool IsCheap => Op is OpCode.Copy or OpCode.Negate or OpCode.Scale or OpCode.AddScalar or OpCode.ReverseSubtract or OpCode.Add or OpCode.Subtract
        or OpCode.Multiply or OpCode.MultiplyAdd or OpCode.MultiplyMultiplyAdd or OpCode.Lerp or OpCode.SubtractMultiply or OpCode.Broadcast or OpCode.AddRows or OpCode.SubtractRows or OpCode.MultiplyRows or OpCode.Square or OpCode.Relu or OpCode.Step;

    /// <summary>Everything this is computed from in a step.</summary>
    public IEnumerable<Value> Sources => Kind == ValueKind.Vector ? [] : Inputs.Concat(Terms.Select(t => t.Operand)).Concat(Initial);
}

/// <summary>A weight matrix times a value.</summary>
/// <param name="Weights">Which matrix.</param>
/// <param name="Operand">What it is multiplied with.</param>
internal sealed record ProductTerm(WeightReference Weights, Value Operand);

/// <summary>A parameter matrix or a run of its columns, possibly transposed.</summary>
/// <param name="Parameter">Index in the cell's parameters.</param>
/// <param name="Rows">Rows of the matrix as stored.</param>
/// <param name="ColumnOffset">First column taken.</param>
/// <param name="Columns">How many columns are taken.</param>
/// <param name="Stride">All columns of the matrix as stored.</param>
/// <param name="Transposed">Whether its transpose is meant.</param>
internal sealed record WeightReference(int Parameter, int Rows, int ColumnOffset, int Columns, int Stride, bool Transposed);
