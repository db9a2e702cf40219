using Unfold.Layers;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes best paths through tables of steps and labels: a Scan that goes forward and remembers from where each place was reached, and one that goes back. Scores are summed in double, as here.</summary>
internal static class PathWriter
{
    /// <summary>The best labels of each sequence by a conditional random field (Viterbi 1967), [T, N], int64; of equal ones those of the lowest numbers at the end.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="paths">What labels score at the beginning, at the end and behind one another.</param>
    /// <param name="scores">[T, N, K].</param>
    public static string OfField(GraphWriter graph, SequenceAxes axes, Viterbi paths, string scores)
    {
        // Before the first step there stands a mark of number K, which may begin only: what follows it is what may begin.
        int count = paths.Start.Length;
        float[] following = new float[(count + 1) * count], first = new float[count + 1];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
                following[(i * count) + j] = paths.Transition(i, j);
        }

        paths.Start.CopyTo(following.AsSpan(count * count));
        first.AsSpan(0, count).Fill(float.NegativeInfinity);
        string transitions = Double(graph, graph.Constant("crf.following", [count + 1, count], following)), end = Double(graph, graph.Constant("crf.ending", [count + 1], [.. paths.End, 0]));
        string none = Double(graph, axes.Rows("crf.none", [float.NegativeInfinity])), own = graph.Integers(Numbers(count));

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
        graph.Nodes("Scan", [Double(graph, axes.Rows("crf.first", first)), Double(graph, scores), axes.Inside], [last, from], Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", 2));
        string label = graph.Node("ArgMax", "crf.label", [graph.Node("Add", "crf.ended", [last, end])], Attributes.Of("axis", 1), Attributes.Of("keepdims", 0));
        return Back(graph, axes, "crf", count, label, from, []).Places;
    }

    /// <summary>Goes back along paths, from the last step to the first.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="name">The beginning of names.</param>
    /// <param name="places">B: how many places each sequence has at a step.</param>
    /// <param name="last">[N], int64: the place where each path ends.</param>
    /// <param name="from">[T, N, B], int64: from which place of the step before each place was reached; beyond a sequence's end its own.</param>
    /// <param name="tables">What stands at the places, [T, N, B] or [T, N, B, K]; <c>OfBefore</c> where it belongs to the place from which one was reached.</param>
    /// <returns>The places on the paths, [T, N], and what stands there, [T, N] or [T, N, K].</returns>
    public static (string Places, string[] Found) Back(
        GraphWriter graph, SequenceAxes axes, string name, int places, string last, string from, IReadOnlyList<(string Table, DataType Type, int Width, bool OfBefore)> tables)
    {
        string rows = graph.Node("Mul", name + ".rows", [axes.Places, graph.Integer(places)]);
        GraphWriter body = graph.Inner(name + ".back");
        string place = body.Input(name + ".place", DataType.Int64, Axis.Batch), origins = body.Input(name + ".origins", DataType.Int64, Axis.Batch, places);
        string[] inputs = [.. tables.Select((table, i) => table.Width > 0
            ? body.Input($"{name}.table{i}", table.Type, Axis.Batch, places, table.Width)
            : body.Input($"{name}.table{i}", table.Type, Axis.Batch, places))];
        string row = body.Node("Add", name + ".row", [rows, place]);
        string before = body.Node("Gather", name + ".origin", [Flat(origins, 0), row], Attributes.Of("axis", 0)), rowBefore = body.Node("Add", name + ".row.before", [rows, before]);
        body.Result(before, DataType.Int64);
        body.Result(body.Node("Identity", name + ".here", [place]), DataType.Int64);
        for (int i = 0; i < inputs.Length; i++)
            body.Result(body.Node("Gather", $"{name}.found{i}", [Flat(inputs[i], tables[i].Width), tables[i].OfBefore ? rowBefore : row], Attributes.Of("axis", 0)), tables[i].Type);

        string[] outputs = [graph.Unique(name + ".begin"), graph.Unique(name + ".places"), .. tables.Select((_, i) => graph.Unique($"{name}.path{i}"))];
        int[] backwards = [.. Enumerable.Repeat(1, tables.Count + 1)];
        graph.Nodes("Scan", [last, from, .. tables.Select(table => table.Table)], outputs, Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", backwards.Length),
            Attributes.Of("scan_input_directions", backwards), Attributes.Of("scan_output_directions", backwards));
        return (outputs[1], outputs[2..]);

        string Flat(string table, int width) => body.Node("Reshape", table + ".flat", [table, width > 0 ? body.Integers(-1, width) : body.Integers(-1)]);
    }

    /// <summary>The same in double precision.</summary>
    public static string Double(GraphWriter graph, string x) => graph.Node("Cast", x + ".double", [x], Attributes.Of("to", (long)DataType.Double));

    /// <summary>0 to count - 1.</summary>
    public static long[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];
}
