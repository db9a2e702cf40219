using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>What a <see cref="TransposedConvolution"/> may be told beside its sizes. Numbers for axes are one for each axis of the kernel, or one for all: <c>[2]</c>.</summary>
public sealed class TransposedConvolutionOptions
{
    /// <summary>Pixels of the output from one of the input to the next; 1 or more, by default 1.</summary>
    public IReadOnlyList<int> Stride { get; init; } = [1];

    /// <summary>What is cut off the output: <see cref="Padding.None"/>, the default, <see cref="Padding.Same"/> or given numbers.</summary>
    public Padding Padding { get; init; } = Padding.None;

    /// <summary>Pixels by which the output is longer at its end; 0 or more, by default 0.</summary>
    public IReadOnlyList<int> OutputPadding { get; init; } = [0];

    /// <summary>Pixels of the output from one element of the kernel to the next; 1 or more, by default 1.</summary>
    public IReadOnlyList<int> Dilation { get; init; } = [1];

    /// <summary>Parts of the channels that know nothing of one another; divides both numbers of channels. By default 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether there is a bias; true by default.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The weight's first values; by default PyTorch's, uniform within ±1 / sqrt(O / groups · kernel elements).</summary>
    public Initializer? Initializer { get; init; }
}
