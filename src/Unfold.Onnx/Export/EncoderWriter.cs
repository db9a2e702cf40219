using Unfold.Layers;

namespace Unfold.Onnx.Export;

/// <summary>Writes encoders: stacks in one direction or in both, and what is taken of their outputs.</summary>
internal static class EncoderWriter
{
    /// <summary>One vector for each sequence.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="reading">What is taken.</param>
    /// <returns>[N, O].</returns>
    public static string Read(GraphWriter graph, SequenceAxes axes, SequenceEncoder encoder, string x, SequenceReading reading)
    {
        string name = encoder.Name + ".read";
        if (reading == SequenceReading.Last && !encoder.IsCausal)
            return LastOfBoth(graph, axes, encoder, x, name);
        string y = Steps(graph, axes, encoder, x, encoder.Levels.Count);
        return reading switch
        {
            SequenceReading.Last => Last(graph, axes, y, name),
            SequenceReading.Mean => Mean(graph, axes, y, name),
            _ => graph.Node("ReduceMax", name, [axes.HasLengths ? graph.Node("Where", name + ".inside", [axes.Inside, y, graph.Scalar(float.NegativeInfinity)]) : y],
                Attributes.Of("axes", [0]), Attributes.Of("keepdims", 0)),
        };
    }

    /// <summary>A vector for each step, [T, N, O], of some of the levels, the lowest first.</summary>
    public static string Steps(GraphWriter graph, SequenceAxes axes, SequenceEncoder encoder, string x, int levels)
    {
        if (encoder.IsCausal)
            return SequenceWriter.Write(graph, axes, encoder.Causal, x);
        for (int i = 0; i < levels; i++)
        {
            string y = SequenceWriter.Write(graph, axes, encoder.Levels[i], x);
            x = encoder.AddsInput(i) ? graph.Node("Add", $"{encoder.Name}.{i}.sum", [x, y]) : y;
        }

        return x;
    }

    /// <summary>The mean over the steps of each sequence, [N, O].</summary>
    public static string Mean(GraphWriter graph, SequenceAxes axes, string y, string name)
    {
        if (!axes.HasLengths)
            return graph.Node("ReduceMean", name, [y], Attributes.Of("axes", [0]), Attributes.Of("keepdims", 0));
        string sum = graph.Node("ReduceSum", name + ".sum", [axes.Zeroed(y), graph.Integers(0)], Attributes.Of("keepdims", 0));
        string count = graph.Node("Cast", name + ".count", [axes.Lengths], Attributes.Of("to", (long)Protocol.TensorProto.Types.DataType.Float));
        return graph.Node("Div", name, [sum, graph.Node("Unsqueeze", name + ".counts", [count, graph.Integers(1)])]);
    }

    private static string Last(GraphWriter graph, SequenceAxes axes, string y, string name) => axes.HasLengths
        ? graph.Node("Gather", name, [axes.Reversed(y), graph.Integer(0)], Attributes.Of("axis", 0))
        : graph.Node("Gather", name, [y, graph.Integer(-1)], Attributes.Of("axis", 0));

    /// <summary>Of each direction the output when it has read the whole sequence.</summary>
    private static string LastOfBoth(GraphWriter graph, SequenceAxes axes, SequenceEncoder encoder, string x, string name)
    {
        int top = encoder.Levels.Count - 1;
        x = Steps(graph, axes, encoder, x, top);
        Bidirectional pair = encoder.Levels[top];
        (string forward, string backward) = SequenceWriter.Both(graph, axes, pair, x);
        string merged = SequenceWriter.Merged(graph, pair.Merge, Last(graph, axes, forward, name + ".forward"), First(graph, backward, name + ".backward"), name);
        if (!encoder.AddsInput(top))
            return merged;

        // Of what is added, each direction's half at its own end; where directions are not apart, the mean of both ends.
        string last = Last(graph, axes, x, name + ".last"), first = First(graph, x, name + ".first");
        if (pair.Merge == DirectionMerge.Concatenate)
            (last, first) = (Columns(graph, last, 0, pair.InputSize / 2), Columns(graph, first, pair.InputSize / 2, pair.InputSize));
        DirectionMerge merge = pair.Merge == DirectionMerge.Concatenate ? DirectionMerge.Concatenate : DirectionMerge.Average;
        return graph.Node("Add", name + ".total", [merged, SequenceWriter.Merged(graph, merge, last, first, name + ".ends")]);
    }

    private static string First(GraphWriter graph, string y, string name) => graph.Node("Gather", name, [y, graph.Integer(0)], Attributes.Of("axis", 0));

    private static string Columns(GraphWriter graph, string x, int from, int to) =>
        graph.Node("Slice", x + ".half", [x, graph.Integers(from), graph.Integers(to), graph.Integers(1)]);
}
