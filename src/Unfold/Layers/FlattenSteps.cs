using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>Takes the first axis behind the channels as time and makes all else of a step its features: <c>y[n, :, t] = x[n, :, t, ..]</c>, the last axis fastest.</summary>
/// <remarks>
/// Shapes: x <c>[N, C, T, ..]</c>, y <c>[N, C · .., T]</c>, which sequence layers read: the frames of a clip, the rows of an image. No parameters. Cost: a copy.
/// </remarks>
/// <param name="name">The layer's name.</param>
public sealed class FlattenSteps(string name) : FeedForward(name)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        Shape shape = x.Shape;
        if (shape.Rank < 3)
            throw new ArgumentException($"FlattenSteps '{Name}' expects x [N, C, T, ..], but got {shape}.");
        int batch = shape[0], channels = shape[1], steps = shape[2], rest = shape.Length / (batch * channels * steps);
        return tape.Permute(x.Reshape(batch, channels, steps, rest), 0, 1, 3, 2).Reshape(batch, channels * rest, steps);
    }

    /// <inheritdoc/>
    protected override string Describe() => "FlattenSteps";
}
