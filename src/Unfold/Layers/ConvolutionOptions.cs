using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>What a <see cref="Convolution"/> may be told beside its sizes. Numbers for axes are one for each axis of the kernel, or one for all: <c>[2]</c>.</summary>
public sealed class ConvolutionOptions
{
    /// <summary>Pixels of the input from one of the output to the next; 1 or more, by default 1.</summary>
    public IReadOnlyList<int> Stride { get; init; } = [1];

    /// <summary>Zeros around the input: <see cref="Padding.None"/>, the default, <see cref="Padding.Same"/>, <see cref="Padding.Causal"/> or given numbers.</summary>
    public Padding Padding { get; init; } = Padding.None;

    /// <summary>Pixels of the input from one element of the kernel to the next; 1 or more, by default 1.</summary>
    public IReadOnlyList<int> Dilation { get; init; } = [1];

    /// <summary>Parts of the channels that know nothing of one another; divides both numbers of channels. By default 1; as many as input channels is depth-wise.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether there is a bias; true by default.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Whether the kernel is read backwards on every axis: a convolution in the mathematician's sense. False by default, as everywhere in the field.</summary>
    public bool Flip { get; init; }

    /// <summary>The weight's first values; by default PyTorch's, uniform within ±1 / sqrt(C / groups · kernel elements).</summary>
    public Initializer? Initializer { get; init; }
}
