using Unfold.Layers;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes what a conditional random field says of whole sequences, as Scans over their steps: the best labels, and how likely each label is. Scores are summed in double, as here.</summary>
/// <remarks>Before the first step there stands a mark of number K, which may begin only: what follows it is what may begin.</remarks>
internal static class FieldWriter
{
    /// <summary>The best labels of each sequence by a conditional random field (Viterbi 1967), [T, N], int64; of equal ones those of the lowest numbers at the end.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="paths">What labels score at the beginning, at the end and behind one another.</param>
    /// <param name="scores">[T, N, K].</param>
    public static string Best(GraphWriter graph, SequenceAxes axes, Viterbi paths, string scores)
    {
        int count = paths.Start.Length;
        string transitions = Following(graph, paths), end = PathWriter.Double(graph, graph.Constant("crf.ending", [count + 1], [.. paths.End, 0]));
        string none = PathWriter.Double(graph, axes.Rows("crf.none", [float.NegativeInfinity])), own = graph.Integers(PathWriter.Numbers(count));

        GraphWriter body = graph.Inner("crf.step");
        string best = body.Input("crf.best", DataType.Double, Axis.Batch, count + 1);
        string score = body.Input("crf.scores", DataType.Double, Axis.Batch, count), inside = body.Input("crf.inside", DataType.Bool, Axis.Batch, 1);
        string reached = body.Node("Add", "crf.reached", [body.Node("Unsqueeze", "crf.from", [best, body.Integers(2)]), transitions]);
        string greatest = body.Node("ReduceMax", "crf.greatest", [reached], Attributes.Of("axes", [1]), Attributes.Of("keepdims", 0));
        string before = body.Node("ArgMax", "crf.before", [reached], Attributes.Of("axis", 1), Attributes.Of("keepdims", 0));
        string next = body.Node("Concat", "crf.next", [body.Node("Add", "crf.sum", [greatest, score]), none], Attributes.Of("axis", 1));
        body.Result(body.Node("Where", "crf.kept", [inside, next, best]), DataType.Double);
        body.Result(body.Node("Where", "crf.remembered", [inside, before, own]), DataType.Int64);

        string last = graph.Unique("crf.last"), from = graph.Unique("crf.path");
        graph.Nodes("Scan", [First(graph, axes, count), PathWriter.Double(graph, scores), axes.Inside], [last, from], Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", 2));
        string label = graph.Node("ArgMax", "crf.label", [graph.Node("Add", "crf.ended", [last, end])], Attributes.Of("axis", 1), Attributes.Of("keepdims", 0));
        return PathWriter.Back(graph, axes, "crf", count, label, from, []).Places;
    }

    /// <summary>The probability of each label at each step, all labels of the sequence taken together (forward and backward sums), [T, N, K].</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="paths">What labels score at the beginning, at the end and behind one another.</param>
    /// <param name="scores">[T, N, K].</param>
    public static string Probabilities(GraphWriter graph, SequenceAxes axes, Viterbi paths, string scores)
    {
        int count = paths.Start.Length;
        string following = Following(graph, paths), none = PathWriter.Double(graph, axes.Rows("crf.none", [float.NegativeInfinity]));
        string between = graph.Node("Slice", "crf.between", [following, graph.Integers(0), graph.Integers(count), graph.Integers(0)]);
        scores = PathWriter.Double(graph, scores);

        GraphWriter forward = graph.Inner("crf.forward");
        string before = forward.Input("crf.before", DataType.Double, Axis.Batch, count + 1);
        string score = forward.Input("crf.score", DataType.Double, Axis.Batch, count), inside = forward.Input("crf.inside", DataType.Bool, Axis.Batch, 1);
        string reached = forward.Node("Add", "crf.reached", [forward.Node("Unsqueeze", "crf.from", [before, forward.Integers(2)]), following]);
        string sums = forward.Node("Add", "crf.sums", [LogarithmOfSum(forward, reached, 1), score]);
        forward.Result(forward.Node("Where", "crf.kept", [inside, forward.Node("Concat", "crf.next", [sums, none], Attributes.Of("axis", 1)), before]), DataType.Double);
        forward.Result(forward.Node("Identity", "crf.up.to", [sums]), DataType.Double);
        string upTo = graph.Unique("crf.up");
        graph.Nodes("Scan", [First(graph, axes, count), scores, axes.Inside], [graph.Unique("crf.last"), upTo], Attributes.Of("body", forward.Graph), Attributes.Of("num_scan_inputs", 2));

        GraphWriter backward = graph.Inner("crf.backward");
        string behind = backward.Input("crf.behind", DataType.Double, Axis.Batch, count);
        score = backward.Input("crf.score", DataType.Double, Axis.Batch, count);
        inside = backward.Input("crf.inside", DataType.Bool, Axis.Batch, 1);
        string own = backward.Node("Unsqueeze", "crf.to", [backward.Node("Add", "crf.own", [score, behind]), backward.Integers(1)]);
        string rest = LogarithmOfSum(backward, backward.Node("Add", "crf.left", [own, between]), 2);
        backward.Result(backward.Node("Where", "crf.kept", [inside, rest, behind]), DataType.Double);
        backward.Result(backward.Node("Identity", "crf.down.to", [behind]), DataType.Double);
        string downTo = graph.Unique("crf.down");
        graph.Nodes("Scan", [PathWriter.Double(graph, axes.Rows("crf.end", paths.End)), scores, axes.Inside], [graph.Unique("crf.begin"), downTo], Attributes.Of("body", backward.Graph),
            Attributes.Of("num_scan_inputs", 2), Attributes.Of("scan_input_directions", [1, 1]), Attributes.Of("scan_output_directions", [1]));
        string share = graph.Node("Softmax", "crf.share", [graph.Node("Add", "crf.both", [upTo, downTo])], Attributes.Of("axis", -1));
        return graph.Node("Cast", "crf.probabilities", [share], Attributes.Of("to", (long)DataType.Float));
    }

    /// <summary>log(sum(exp(x))) over an axis.</summary>
    private static string LogarithmOfSum(GraphWriter graph, string x, int axis)
    {
        string greatest = graph.Node("ReduceMax", x + ".greatest", [x], Attributes.Of("axes", [axis]), Attributes.Of("keepdims", 1));
        string sum = graph.Node("ReduceSum", x + ".sum", [graph.Node("Exp", x + ".exp", [graph.Node("Sub", x + ".below", [x, greatest])]), graph.Integers(axis)], Attributes.Of("keepdims", 0));
        return graph.Node("Add", x + ".all", [graph.Node("Log", x + ".log", [sum]), graph.Node("Squeeze", x + ".top", [greatest, graph.Integers(axis)])]);
    }

    /// <summary>[K + 1, K]: what labels score behind one another, and behind the mark.</summary>
    private static string Following(GraphWriter graph, Viterbi paths)
    {
        int count = paths.Start.Length;
        float[] following = new float[(count + 1) * count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
                following[(i * count) + j] = paths.Transition(i, j);
        }

        paths.Start.CopyTo(following.AsSpan(count * count));
        return PathWriter.Double(graph, graph.Constant("crf.following", [count + 1, count], following));
    }

    /// <summary>[N, K + 1]: that there is the mark, and nothing else.</summary>
    private static string First(GraphWriter graph, SequenceAxes axes, int count)
    {
        float[] first = new float[count + 1];
        first.AsSpan(0, count).Fill(float.NegativeInfinity);
        return PathWriter.Double(graph, axes.Rows("crf.first", first));
    }
}
