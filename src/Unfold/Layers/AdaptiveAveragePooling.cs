using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Means of as many windows as are asked for, whatever the input's size: on an axis of I elements, output o of O is the mean of x from <c>floor(o I / O)</c> to
/// before <c>ceil((o + 1) I / O)</c>.
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C, ..]</c> with as many further axes as there are sizes, y <c>[N, C, sizes]</c>. No parameters. Cost: an addition an element of each window.
/// Source: PyTorch's <c>AdaptiveAvgPool1d</c>, <c>2d</c> and <c>3d</c>.
/// </remarks>
public sealed class AdaptiveAveragePooling : FeedForward
{
    private readonly int[] _sizes;

    /// <summary>Makes the layer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sizes">Outputs on each of one to three axes, 1 or more.</param>
    /// <exception cref="ArgumentException">There are not one to three sizes, or one is below 1.</exception>
    public AdaptiveAveragePooling(string name, params ReadOnlySpan<int> sizes)
        : base(name)
    {
        _sizes = sizes.ToArray();
        if (_sizes.Length is < 1 or > 3 || _sizes.Any(size => size < 1))
        {
            throw new ArgumentException($"AdaptiveAveragePooling '{name}' expects one to three sizes of 1 or more, but got "
                + $"({string.Join(", ", _sizes)}).");
        }
    }

    /// <summary>The outputs on each axis.</summary>
    public IReadOnlyList<int> Sizes => _sizes;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => tape.AdaptiveAveragePooling(x, _sizes);

    /// <inheritdoc/>
    protected override string Describe() => $"AdaptiveAveragePooling({string.Join('x', _sizes)})";
}
