namespace Unfold.Tensors;

/// <summary>
/// What the handles to one piece of memory share: where it is, whether it is still theirs, and its gradient. Slots of an arena
/// are used again after a reset, with a new generation; the slot of a persistent tensor keeps generation 0 for ever.
/// </summary>
internal sealed class TensorSlot
{
    /// <summary>The memory.</summary>
    public Storage? Storage;

    /// <summary>The slot's first float within <see cref="Storage"/>; a multiple of 16.</summary>
    public int Offset;

    /// <summary>The number of floats.</summary>
    public int Length;

    /// <summary>Rises when the memory is given to somebody else; a handle of an older generation is dead.</summary>
    public int Generation;

    /// <summary>The tape whose arena holds the memory; null if persistent.</summary>
    public object? Owner;

    /// <summary>Whether the backward pass computes a gradient of this memory.</summary>
    public bool NeedsGradient;

    /// <summary>The gradient, of the same length; null until somebody asks for it. A parameter's is set once.</summary>
    public TensorSlot? Gradient;
}
