using System.Text;
using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>What convolutions and transposed ones share: their checks, their first values, and how they print.</summary>
internal static class ConvolutionText
{
    public static void CheckSizes(string who, int inputChannels, int outputChannels, ReadOnlySpan<int> kernel)
    {
        if (inputChannels < 1 || outputChannels < 1)
        {
            throw new ArgumentException(
                $"{who} expects channels of 1 or more, but got inputChannels {inputChannels}, outputChannels {outputChannels}.");
        }

        if (kernel.Length is < 1 or > 3 || kernel.ContainsAnyInRange(int.MinValue, 0))
            throw new ArgumentException($"{who} expects a kernel of one to three lengths of 1 or more, but got [{string.Join(", ", kernel.ToArray())}].");
    }

    /// <summary>PyTorch's first values: uniform within ±1 / sqrt of a weight's elements for one of its first axis.</summary>
    public static Initializer Uniform(Shape weight)
    {
        double bound = 1 / Math.Sqrt(weight.Length / weight[0]);
        return Initializer.Uniform(-bound, bound);
    }

    /// <summary><c>Convolution(1 -> 32, 3x3, stride 2, padding same)</c>: what is not the default is told.</summary>
    public static string Describe(
        string kind, int inputs, int outputs, int[] kernel, int[] stride, Padding padding, int[] outputPadding, int[] dilation, int groups, bool bias, bool flip)
    {
        var text = new StringBuilder($"{kind}({inputs} -> {outputs}, {string.Join('x', kernel)}");
        if (stride.Any(n => n != 1)) text.Append($", stride {string.Join('x', stride)}");
        if (!padding.IsNone) text.Append($", padding {padding}");
        if (outputPadding.Any(n => n != 0)) text.Append($", output padding {string.Join('x', outputPadding)}");
        if (dilation.Any(n => n != 1)) text.Append($", dilation {string.Join('x', dilation)}");
        if (groups > 1) text.Append($", {groups} groups");
        if (!bias) text.Append(", no bias");
        if (flip) text.Append(", flipped");
        return text.Append(')').ToString();
    }
}
