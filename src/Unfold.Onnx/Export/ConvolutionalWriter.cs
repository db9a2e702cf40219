using Unfold.Layers;
using Unfold.Tensors;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes temporal convolutional networks over whole sequences.</summary>
internal static class ConvolutionalWriter
{
    /// <summary>The network.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="network">The layer.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="hasStates">Whether what each convolution has read before and last are inputs and outputs of the graph, named <c>initial.NAME.l0.conv1</c> and <c>final.NAME.l0.conv1</c>.</param>
    /// <param name="reverse">Whether each sequence is read from its own end.</param>
    /// <returns>[T, N, H]; zeros beyond a sequence's end, where nothing that counts is seen, since no output sees a later input.</returns>
    public static string Write(GraphWriter graph, SequenceAxes axes, TemporalConvolutionalNetwork network, string x, bool hasStates, bool reverse)
    {
        string hint = network.Name;
        x = graph.Node("Transpose", hint + ".channels", [reverse ? axes.Reversed(x) : x], Attributes.Of("perm", [1, 2, 0]));
        for (int level = 0; level < network.Blocks.Count; level++)
        {
            TemporalBlock block = network.Blocks[level];
            string name = $"{hint}.l{level}";
            x = Block(graph, block, x, name, (i, y, past) => hasStates ? (Behind(graph, axes, y, $"{name}.conv{i + 1}", LayerWriter.SizesOf(block.StateShape(i, 1))[1..]), 0) : (y, past));
        }

        x = axes.Zeroed(graph.Node("Transpose", hint + ".output", [x], Attributes.Of("perm", [2, 0, 1])));
        return reverse ? axes.Reversed(x) : x;
    }

    /// <summary>What a convolution reads, behind what it has read before: [N, C, d(k - 1) + T].</summary>
    private static string Behind(GraphWriter graph, SequenceAxes axes, string y, string name, int[] shape)
    {
        int past = shape[1];
        Axis[] sizes = [Axis.Batch, shape[0], past];
        string read = graph.Node("Concat", name + ".read", [graph.Input("initial." + name, DataType.Float, sizes), y], Attributes.Of("axis", 2));

        // The last that belongs to each sequence: turned over within its own length it comes first, the wrong way round.
        string steps = graph.Node("Transpose", name + ".steps", [read], Attributes.Of("perm", [2, 0, 1]));
        string turned = graph.Node("ReverseSequence", name + ".turned", [steps, graph.Node("Add", name + ".lengths", [axes.Lengths, graph.Integer(past)])],
            Attributes.Of("time_axis", 0), Attributes.Of("batch_axis", 1));
        string last = graph.Node("Slice", name + ".last", [turned, graph.Integers(past - 1), graph.Integers(long.MinValue), graph.Integers(0), graph.Integers(-1)]);
        graph.AtEnd(() => graph.Output(graph.Node("Transpose", name + ".kept", [last], Attributes.Of("perm", [1, 2, 0])), "final." + name, DataType.Float, sizes));
        return read;
    }

    /// <summary>One step of the network in a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="network">The layer.</param>
    /// <param name="x">[N, C].</param>
    /// <param name="states">What each convolution has read last, [N, C, d(k - 1)].</param>
    /// <returns>[N, H], and the states behind the step.</returns>
    public static (string Output, string[] Next) Step(GraphWriter body, TemporalConvolutionalNetwork network, string x, IReadOnlyList<string> states)
    {
        string hint = network.Name;
        string[] next = new string[states.Count];
        x = body.Node("Unsqueeze", hint + ".channels", [x, body.Integers(2)]);
        for (int level = 0; level < network.Blocks.Count; level++)
        {
            int first = 2 * level;
            x = Block(body, network.Blocks[level], x, $"{hint}.l{level}", (i, y, past) =>
            {
                string read = body.Node("Concat", $"{y}.read", [states[first + i], y], Attributes.Of("axis", 2));
                next[first + i] = body.Node("Slice", $"{y}.kept", [read, body.Integers(1), body.Integers(past + 1), body.Integers(2)]);
                return (read, 0);
            });
        }

        return (body.Node("Squeeze", hint + ".output", [x, body.Integers(2)]), next);
    }

    /// <param name="graph">The graph.</param>
    /// <param name="block">The block.</param>
    /// <param name="x">[N, C, T].</param>
    /// <param name="hint">The block's name.</param>
    /// <param name="before">For each convolution what it reads, given what comes to it and how many steps it looks back; and how many zeros stand before that.</param>
    private static string Block(GraphWriter graph, TemporalBlock block, string x, string hint, Func<int, string, int, (string Read, int Zeros)> before)
    {
        string y = x;
        for (int i = 0; i < 2; i++)
        {
            string name = $"{hint}.conv{i + 1}";
            (Tensor weight, Tensor bias) = block.Convolution(i);
            (string read, int zeros) = before(i, y, (weight.Shape[2] - 1) * block.Dilation);
            y = graph.Node("Conv", name, [read, Values(graph, name + ".weight", weight), Values(graph, name + ".bias", bias)],
                Attributes.Of("dilations", [block.Dilation]), Attributes.Of("pads", [zeros, 0]), Attributes.Of("kernel_shape", [weight.Shape[2]]));
            y = graph.Node("Relu", name + ".relu", [y]);
        }

        string name2 = hint + ".downsample";
        string beside = block.Downsample is not (Tensor, Tensor) past2 ? x
            : graph.Node("Conv", name2, [x, Values(graph, name2 + ".weight", past2.Weight), Values(graph, name2 + ".bias", past2.Bias)], Attributes.Of("kernel_shape", [1]));
        return graph.Node("Relu", hint + ".output", [graph.Node("Add", hint + ".sum", [beside, y])]);
    }

    private static string Values(GraphWriter graph, string name, Tensor tensor) => graph.Constant(name, LayerWriter.SizesOf(tensor.Shape), tensor.Values);
}
