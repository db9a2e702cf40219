using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>Turns everything but the batch into one row of features: <c>y[n, :] = x[n, ..]</c>, the last axis fastest.</summary>
/// <remarks>
/// Shapes: x <c>[N, C, ..]</c> of one axis or more, y <c>[N, C · ..]</c>; x of one axis gives <c>[N, 1]</c>. No parameters. Cost: none, no number is
/// moved. As PyTorch's <c>Flatten</c> and ONNX's with axis 1.
/// </remarks>
/// <param name="name">The layer's name.</param>
public sealed class Flatten(string name) : FeedForward(name)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        Shape shape = x.Shape;
        if (shape.Rank == 0)
            throw new ArgumentException($"Flatten '{Name}' expects x [N, C, ..], but got a single number, {shape}.");
        int features = 1;
        for (int axis = 1; axis < shape.Rank; axis++)
            features *= shape[axis];
        return x.Reshape(shape[0], features);
    }

    /// <inheritdoc/>
    protected override string Describe() => "Flatten";
}
