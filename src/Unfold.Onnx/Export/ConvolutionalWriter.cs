using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Onnx.Export;

/// <summary>Writes temporal convolutional networks over whole sequences.</summary>
internal static class ConvolutionalWriter
{
    /// <summary>The network.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="network">The layer.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="reverse">Whether each sequence is read from its own end.</param>
    /// <returns>[T, N, H]; zeros beyond a sequence's end, where nothing that counts is seen, since no output sees a later input.</returns>
    public static string Write(GraphWriter graph, SequenceAxes axes, TemporalConvolutionalNetwork network, string x, bool reverse)
    {
        string hint = network.Name;
        x = graph.Node("Transpose", hint + ".channels", [reverse ? axes.Reversed(x) : x], Attributes.Of("perm", [1, 2, 0]));
        for (int level = 0; level < network.Blocks.Count; level++)
            x = Block(graph, network.Blocks[level], x, $"{hint}.l{level}");
        x = axes.Zeroed(graph.Node("Transpose", hint + ".output", [x], Attributes.Of("perm", [2, 0, 1])));
        return reverse ? axes.Reversed(x) : x;
    }

    private static string Block(GraphWriter graph, TemporalBlock block, string x, string hint)
    {
        string y = x;
        for (int i = 0; i < 2; i++)
        {
            string name = $"{hint}.conv{i + 1}";
            (Tensor weight, Tensor bias) = block.Convolution(i);
            int past = (weight.Shape[2] - 1) * block.Dilation;
            y = graph.Node("Conv", name, [y, Values(graph, name + ".weight", weight), Values(graph, name + ".bias", bias)],
                Attributes.Of("dilations", [block.Dilation]), Attributes.Of("pads", [past, 0]), Attributes.Of("kernel_shape", [weight.Shape[2]]));
            y = graph.Node("Relu", name + ".relu", [y]);
        }

        string name2 = hint + ".downsample";
        string beside = block.Downsample is not (Tensor, Tensor) past2 ? x
            : graph.Node("Conv", name2, [x, Values(graph, name2 + ".weight", past2.Weight), Values(graph, name2 + ".bias", past2.Bias)], Attributes.Of("kernel_shape", [1]));
        return graph.Node("Relu", hint + ".output", [graph.Node("Add", hint + ".sum", [beside, y])]);
    }

    private static string Values(GraphWriter graph, string name, Tensor tensor) => graph.Constant(name, LayerWriter.SizesOf(tensor.Shape), tensor.Values);
}
