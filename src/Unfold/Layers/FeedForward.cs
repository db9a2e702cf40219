using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>A layer from one tensor to one tensor, without a state between calls: what a <see cref="Sequential"/> puts in a row.</summary>
public abstract class FeedForward : Layer
{
    /// <summary>Makes a layer.</summary>
    /// <param name="name">The beginning of its parameters' names, such as <c>decoder</c>.</param>
    protected FeedForward(string name)
        : base(name)
    {
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="tape">The tape; its <see cref="Tape.Training"/> says whether layers that behave differently in training do so.</param>
    /// <param name="x">The input, of the shape that the layer's documentation gives.</param>
    /// <returns>The output.</returns>
    /// <exception cref="ArgumentException">The shape of x is not what the layer was built for.</exception>
    public abstract Tensor Forward(Tape tape, Tensor x);
}
