using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>Layers one behind the other: the output of each is the input of the next.</summary>
/// <remarks>Has no parameters of its own; those of its layers are in their set under their own names.</remarks>
public sealed class Sequential : FeedForward
{
    private readonly FeedForward[] _layers;

    /// <summary>Puts layers in a row.</summary>
    /// <param name="name">The name of the whole.</param>
    /// <param name="layers">The layers, the first applied first; none gives the identity.</param>
    public Sequential(string name, params ReadOnlySpan<FeedForward> layers)
        : base(name)
    {
        _layers = layers.ToArray();
    }

    /// <summary>The layers, the first applied first.</summary>
    public IReadOnlyList<FeedForward> Layers => _layers;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        foreach (FeedForward layer in _layers)
            x = layer.Forward(tape, x);
        return x;
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Sequential({string.Join(", ", _layers.Select(layer => layer.Name))})";
}
