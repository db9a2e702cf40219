namespace Unfold.Autodiff.Operations;

/// <summary>
/// The operations on a tape's tensors. Each computes its result at once into the tape's arena, and records itself if the tape is recording and
/// an operand needs a gradient. A shape that does not fit is an <see cref="ArgumentException"/> that names the axis.
/// </summary>
public static partial class TapeOperations;
