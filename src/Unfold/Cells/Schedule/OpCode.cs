namespace Unfold.Cells.Schedule;

/// <summary>What an elementwise instruction does to a tile. Letters are its operands in order; v and w are its numbers.</summary>
internal enum OpCode
{
    Copy,
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
    Step,
    Sign,
    NormalCdf,

    /// <summary>a · v.</summary>
    Scale,

    /// <summary>a + v.</summary>
    AddScalar,

    /// <summary>v - a.</summary>
    ReverseSubtract,

    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
    GreaterOrEqual,

    /// <summary>a · b + c.</summary>
    MultiplyAdd,

    /// <summary>a · b + c · d.</summary>
    MultiplyMultiplyAdd,

    /// <summary>a · b + (1 - a) · c.</summary>
    Lerp,

    /// <summary>(a - b) · c.</summary>
    SubtractMultiply,

    /// <summary>a · b · (1 - b): the gradient through b = sigmoid.</summary>
    SigmoidAdjoint,

    /// <summary>a · b · c · (1 - c).</summary>
    SigmoidAdjointMultiply,

    /// <summary>a · (1 - b²): the gradient through b = tanh.</summary>
    TanhAdjoint,

    /// <summary>a · b · (1 - c²).</summary>
    TanhAdjointMultiply,

    /// <summary>destination += a.</summary>
    Accumulate,

    /// <summary>destination += a · b.</summary>
    MultiplyAccumulate,

    /// <summary>a + b, where b is one number a row.</summary>
    AddRows,

    /// <summary>a - b, where b is one number a row.</summary>
    SubtractRows,

    /// <summary>a · b, where b is one number a row.</summary>
    MultiplyRows,

    /// <summary>One number a row, given to the whole row.</summary>
    Broadcast,

    /// <summary>The sum of a row: one number.</summary>
    Sum,

    /// <summary>The sum of a · b of a row: one number.</summary>
    Dot,

    /// <summary>The mean of a row: one number.</summary>
    Mean,

    /// <summary>The largest of a row: one number.</summary>
    RowMaximum,

    /// <summary>1 / sqrt(variance + 1e-5) of row a, whose mean is b: one number.</summary>
    InverseDeviation,

    /// <summary>(a - b) · c of a row, where b is its mean and c its inverse deviation.</summary>
    Normalize,

    /// <summary>The gradient of a normalised row from that of the result: (a - mean(a) - b · mean(a · b)) · c, where b is the result and c the inverse deviation.</summary>
    NormalizeAdjoint,

    /// <summary>Random factors of the rows' sequences; v is the probability.</summary>
    FillMask,
}
