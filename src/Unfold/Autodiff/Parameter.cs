using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>A trained, or fixed, array of numbers of a model, with its gradient. Both are views into the flat buffers of a <see cref="ParameterSet"/>.</summary>
public sealed class Parameter
{
    private TensorSlot? _value;
    private TensorSlot? _gradient;

    internal Parameter(string name, Shape shape, Initializer initializer, bool trained, int offset)
    {
        Name = name;
        Shape = shape;
        Initializer = initializer;
        Trained = trained;
        Offset = offset;
    }

    /// <summary>The name in model files, such as <c>decoder.weight</c>; unique in its set.</summary>
    public string Name { get; }

    /// <summary>The sizes of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>Whether gradients are computed and optimizers change the values.</summary>
    public bool Trained { get; }

    /// <summary>Whether an optimizer's groups hold the values as they are (<c>ParameterGroup.Frozen</c>); false until one is prepared.</summary>
    public bool Frozen { get; private set; }

    /// <summary>The values.</summary>
    /// <exception cref="InvalidOperationException">The set has not been allocated.</exception>
    public Tensor Value => new(_value ?? throw NotAllocated(), 0, Shape);

    /// <summary>The gradient, to which backward passes add until <see cref="ParameterSet.ZeroGradients"/>; zeros if fixed.</summary>
    /// <exception cref="InvalidOperationException">The set has not been allocated.</exception>
    public Tensor Gradient => new(_gradient ?? throw NotAllocated(), 0, Shape);

    /// <summary>How the first values are made.</summary>
    internal Initializer Initializer { get; }

    /// <summary>The first element's position in the flat buffers; a multiple of 16.</summary>
    internal int Offset { get; }

    /// <summary>Whether its gradient is wanted: it is trained and not frozen.</summary>
    internal bool NeedsGradient => Trained && !Frozen;

    /// <summary>The name, the shape, and whether it is fixed.</summary>
    public override string ToString() => $"{Name} {Shape}{(Trained ? "" : " fixed")}";

    internal void Bind(Storage values, Storage gradients)
    {
        _gradient = new TensorSlot { Storage = gradients, Offset = Offset, Length = Shape.Length };
        _value = new TensorSlot
        {
            Storage = values,
            Offset = Offset,
            Length = Shape.Length,
            NeedsGradient = NeedsGradient,
            Gradient = _gradient,
        };
    }

    /// <summary>Holds a trained parameter, or lets it go.</summary>
    internal void Freeze(bool frozen)
    {
        Frozen = Trained && frozen;
        if (_value is not null)
            _value.NeedsGradient = NeedsGradient;
    }

    private InvalidOperationException NotAllocated() =>
        new($"Parameter '{Name}' {Shape} has no values yet: call ParameterSet.Allocate(seed) after all layers are built.");
}
