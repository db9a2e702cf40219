using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>The largest element, the mean or the sum of each channel: <c>y[n, c] = kind over all others of x[n, c, ..]</c>.</summary>
/// <remarks>
/// Shapes: x <c>[N, C, ..]</c> with one to four further axes of any lengths, y <c>[N, C]</c>: what a <see cref="Linear"/> reads next. No parameters. Cost: an
/// operation an element. Source: Lin, Chen and Yan 2014 (the mean).
/// </remarks>
/// <param name="name">The layer's name.</param>
/// <param name="kind">What is made of a channel.</param>
public sealed class GlobalPooling(string name, PoolingKind kind) : FeedForward(name)
{
    /// <summary>What is made of a channel.</summary>
    public PoolingKind Kind => kind;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => tape.GlobalPooling(x, kind);

    /// <inheritdoc/>
    protected override string Describe() => $"GlobalPooling({kind})";
}
