namespace Unfold.Tensors;

/// <summary>Memory that holds a tensor's float32 elements. Another device's memory is another kind of storage.</summary>
internal abstract class Storage
{
    /// <summary>The number of floats.</summary>
    public abstract int Length { get; }

    /// <summary>The elements, readable and writable by the processor.</summary>
    public abstract Span<float> Span { get; }
}
