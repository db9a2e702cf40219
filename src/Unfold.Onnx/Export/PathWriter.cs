using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes best paths through tables of steps and places: what a Scan that went forward remembers, from where each place was reached, is read by one that goes back.</summary>
internal static class PathWriter
{
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
