using Unfold.Layers;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes stacks of sequence layers: recurrent ones of any cell, temporal convolutional networks, and pairs of both directions.</summary>
internal static class SequenceWriter
{
    /// <summary>A stack in one direction.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="layer">The stack.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="hasStates">Whether the states before and after are inputs and outputs of the graph, named <c>initial.NAME.l0.h</c> and <c>final.NAME.l0.h</c>.</param>
    /// <param name="reverse">Whether each sequence is read from its own end.</param>
    /// <returns>[T, N, O]; zeros beyond a sequence's end.</returns>
    public static string Write(GraphWriter graph, SequenceAxes axes, SequenceLayer layer, string x, bool hasStates = false, bool reverse = false)
    {
        if (layer is TemporalConvolutionalNetwork network)
            return ConvolutionalWriter.Write(graph, axes, network, x, hasStates, reverse);
        Recurrent stack = Stack(layer);
        List<(string State, string Name, int Size)> last = [];
        for (int i = 0; i < stack.Layers.Count; i++)
        {
            RecurrentLayer one = stack.Layers[i];
            string[]? initial = hasStates ? [.. Enumerable.Range(0, one.StateCount).Select(s => graph.Input(
                $"initial.{one.Name}.{one.Graph.States[s].Name}", DataType.Float, Axis.Batch, one.StateShape(s, 1).Last))] : null;
            (string y, string[] final) = RecurrentWriter.Write(graph, axes, one, x, initial, reverse);
            last.AddRange(final.Select((state, s) => (state, $"final.{one.Name}.{one.Graph.States[s].Name}", one.StateShape(s, 1).Last)));
            x = AddsInput(stack, one) ? graph.Node("Add", one.Name + ".sum", [x, y]) : y;
        }

        // Declared at the end, so that a graph's first output is the layer's.
        if (hasStates)
            graph.AtEnd(() => last.ForEach(state => graph.Output(state.State, state.Name, DataType.Float, Axis.Batch, state.Size)));
        return x;
    }

    /// <summary>A layer as a stack of recurrent ones.</summary>
    /// <exception cref="ModelFileException">It is none.</exception>
    public static Recurrent Stack(SequenceLayer layer) =>
        layer as Recurrent ?? throw new ModelFileException($"{layer.GetType().Name} '{layer.Name}' cannot be written as ONNX: there is no operator for it.");

    /// <summary>Whether a layer of a stack adds its input to its output.</summary>
    public static bool AddsInput(Recurrent stack, RecurrentLayer layer) => stack.SkipConnections && layer != stack.Layers[0] && layer.InputSize == layer.OutputSize;

    /// <summary>Two directions, merged: [T, N, O].</summary>
    public static string Write(GraphWriter graph, SequenceAxes axes, Bidirectional pair, string x)
    {
        string hint = pair.Name + ".merged";
        if (Single(pair.ForwardLayer) is RecurrentLayer one && Single(pair.BackwardLayer) is RecurrentLayer other
            && RecurrentWriter.WriteBoth(graph, axes, one, other, x) is string both)
        {
            return pair.Merge switch
            {
                DirectionMerge.Sum => graph.Node("ReduceSum", hint, [both, graph.Integers(1)], Attributes.Of("keepdims", 0)),
                DirectionMerge.Average => graph.Node("ReduceMean", hint, [both], Attributes.Of("axes", [1]), Attributes.Of("keepdims", 0)),
                _ => graph.Node("Reshape", hint, [graph.Node("Transpose", hint + ".turned", [both], Attributes.Of("perm", [0, 2, 1, 3])), graph.Integers(0, 0, pair.OutputSize)]),
            };
        }

        (string forward, string backward) = Both(graph, axes, pair, x);
        return Merged(graph, pair.Merge, forward, backward, hint);
    }

    /// <summary>The outputs of two directions, each [T, N, O], at the steps that were read.</summary>
    public static (string Forward, string Backward) Both(GraphWriter graph, SequenceAxes axes, Bidirectional pair, string x) =>
        (Write(graph, axes, pair.ForwardLayer, x), Write(graph, axes, pair.BackwardLayer, x, hasStates: false, reverse: true));

    /// <summary>Two values as one.</summary>
    public static string Merged(GraphWriter graph, DirectionMerge merge, string forward, string backward, string hint) => merge switch
    {
        DirectionMerge.Sum => graph.Node("Add", hint, [forward, backward]),
        DirectionMerge.Average => graph.Node("Mul", hint, [graph.Node("Add", hint + ".sum", [forward, backward]), graph.Scalar(0.5f)]),
        _ => graph.Node("Concat", hint, [forward, backward], Attributes.Of("axis", -1)),
    };

    private static RecurrentLayer? Single(SequenceLayer layer) => layer is Recurrent { LayerCount: 1 } stack ? stack.Layers[0] : null;
}
