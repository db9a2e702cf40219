using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>One recorded operation: what was computed, from what, and whatever its backward pass wants to know again.</summary>
internal struct TapeEntry
{
    /// <summary>How the gradient passes.</summary>
    public TapeOperation Operation;

    /// <summary>The result. An operation of several results leaves this empty and keeps them in the other fields.</summary>
    public Tensor Output;

    /// <summary>The first operand.</summary>
    public Tensor A;

    /// <summary>The second operand.</summary>
    public Tensor B;

    /// <summary>The third operand.</summary>
    public Tensor C;

    /// <summary>A number that is an option of the operation.</summary>
    public float Number;

    /// <summary>A count that is an option of the operation.</summary>
    public int Count;

    /// <summary>An object that the operation needs back, from <see cref="Tape.RentObject{T}"/>.</summary>
    public object? Extra;
}
