namespace Unfold.Cells.Graph;

/// <summary>What a node of a cell's graph computes. Elementwise operations broadcast a scalar over the other operand's shape.</summary>
internal enum Operation
{
    /// <summary>x of this step.</summary>
    Input,

    /// <summary>A state before the step.</summary>
    State,

    /// <summary>A trained (or fixed) scalar, vector or matrix, the same for every sequence and step.</summary>
    Parameter,

    /// <summary>A number; named when it came from <c>let</c>.</summary>
    Constant,

    /// <summary>A random factor that hides units: see <see cref="MaskKind"/>.</summary>
    Mask,

    /// <summary>Adjoint only: the gradient that arrives from outside (for the output, or for a state's next value).</summary>
    Incoming,

    Negate,
    Sigmoid,
    Tanh,
    Relu,
    LeakyRelu,
    Elu,
    Gelu,
    Silu,
    Softplus,
    Softsign,
    HardSigmoid,
    Exp,
    Log,
    Sqrt,
    Abs,
    Square,
    Sin,
    Cos,
    Clip,

    /// <summary>1 above zero, else 0: the derivative of relu.</summary>
    Step,

    /// <summary>-1, 0 or 1: the derivative of abs.</summary>
    Sign,

    /// <summary>The standard normal's distribution function, of which gelu is made.</summary>
    NormalCdf,

    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,

    /// <summary>1 where the left is at least the right, else 0.</summary>
    GreaterOrEqual,

    /// <summary>Matrix [n, m] times vector [m]: [n].</summary>
    Product,

    /// <summary>Matrix [n, m] turned into [m, n].</summary>
    Transpose,

    /// <summary>Vectors [n] and [m]: the matrix [n, m] of all products.</summary>
    Outer,

    /// <summary>Vectors one after the other.</summary>
    Concat,

    /// <summary>A run of a vector's elements, from <see cref="Node.Offset"/>.</summary>
    Slice,

    /// <summary>A run of a matrix's columns, from <see cref="Node.Offset"/>.</summary>
    Columns,

    /// <summary>A scalar given a vector's or a matrix's shape.</summary>
    Broadcast,

    /// <summary>All elements added: a scalar.</summary>
    Sum,

    /// <summary>The mean of all elements: a scalar.</summary>
    Mean,

    /// <summary>1 over the number of elements: the derivative of mean.</summary>
    InverseCount,

    /// <summary>The largest element, taken as a constant by the gradient (softmax subtracts it and does not change).</summary>
    RowMaximum,

    /// <summary>(v - mean) / sqrt(variance + 1e-5) over all elements, the variance divided by their number.</summary>
    Normalize,

    /// <summary>
    /// The gradient of a vector v that is normalised to y, from y's gradient d, v and y: s · (d - mean(d) - y · mean(d · y)), where s is
    /// 1 / sqrt(variance of v + 1e-5).
    /// </summary>
    NormalizeAdjoint,
}

/// <summary>How a <see cref="Operation.Mask"/> is drawn, and what it is outside training.</summary>
internal enum MaskKind
{
    /// <summary>1 / (1 - p) with probability 1 - p, else 0; the same for all steps of a sequence. Outside training 1.</summary>
    DropoutOfSequence,

    /// <summary>1 with probability p, else 0; drawn anew each step. Outside training p.</summary>
    ZoneoutOfStep,
}
