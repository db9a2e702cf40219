using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Makes each axis of the channels longer by a whole factor f: by repetition, <c>y[o] = x[floor(o / f)]</c>, or by lines between neighbours,
/// <c>y[o] = x at (o + 1/2) / f - 1/2</c>, kept within x.
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C, ..]</c> with as many further axes as there are factors, y the same with these times their factors. No parameters. Cost: a few operations
/// an element of y. Source: PyTorch's <c>Upsample</c>, modes <c>nearest</c> and <c>linear</c>, <c>bilinear</c>, <c>trilinear</c> with
/// <c>align_corners=False</c>.
/// </remarks>
public sealed class Upsample : FeedForward
{
    private readonly int[] _factors;

    /// <summary>Makes the layer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="linear">Whether by lines and not by repetition.</param>
    /// <param name="factors">The factor of each of one to three axes, 1 or more.</param>
    /// <exception cref="ArgumentException">There are not one to three factors, or one is below 1.</exception>
    public Upsample(string name, bool linear, params ReadOnlySpan<int> factors)
        : base(name)
    {
        IsLinear = linear;
        _factors = factors.ToArray();
        if (_factors.Length is < 1 or > 3 || _factors.Any(factor => factor < 1))
            throw new ArgumentException($"Upsample '{name}' expects one to three factors of 1 or more, but got ({string.Join(", ", _factors)}).");
    }

    /// <summary>Whether outputs lie on lines between inputs, and do not repeat them.</summary>
    public bool IsLinear { get; }

    /// <summary>The factor of each axis.</summary>
    public IReadOnlyList<int> Factors => _factors;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => tape.Upsample(x, IsLinear, _factors);

    /// <inheritdoc/>
    protected override string Describe() => $"Upsample({(IsLinear ? "linear" : "nearest")} {string.Join('x', _factors)})";
}
