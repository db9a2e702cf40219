using Unfold.Layers;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes the choice of labels one after the other, each read together with the one before: a Scan that follows the likeliest beginnings of every sequence.</summary>
internal static class FeedbackWriter
{
    /// <summary>The layers and the search.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="feedback">The layers.</param>
    /// <param name="beam">B, how many beginnings are followed.</param>
    /// <param name="rules">Which labels may follow one another; null for all.</param>
    /// <param name="x">[T, N, C].</param>
    /// <returns>The scores of each step's labels behind those that were chosen, [T, N, K], and the chosen labels, [T, N], int64.</returns>
    public static (string Scores, string Labels) Write(GraphWriter graph, SequenceAxes axes, LabelFeedback feedback, int beam, LabelRules? rules, string x)
    {
        (Embedding labels, SequenceLayer layer, Linear output) = feedback.Inside;
        (string name, int count) = (feedback.Name, feedback.Labels);
        string rows = graph.Node("Mul", name + ".rows", [axes.Batch, graph.Integers(beam)]);
        string vectors = LayerWriter.Constant(graph, labels.Parameters[0]), allowed = rules is null ? "" : PathWriter.Double(graph, graph.Constant(name + ".rules", [count + 1, count], Rules(rules)));
        string repeated = graph.Node("Concat", name + ".repeated", [axes.Batch, graph.Integers(beam, feedback.InputSize)], Attributes.Of("axis", 0));
        string offsets = graph.Node("Unsqueeze", name + ".offsets", [graph.Node("Mul", name + ".firsts", [axes.Places, graph.Integer(beam)]), graph.Integers(1)]);
        string own = graph.Integers(PathWriter.Numbers(beam));

        GraphWriter body = graph.Inner(name + ".step");
        string total = body.Input(name + ".total", DataType.Double, Axis.Batch, beam), last = body.Input(name + ".last", DataType.Int64, Axis.Batch, beam);
        string[] states = [.. SequenceStep.Shapes(layer).Select((shape, i) => body.Input($"{name}.state{i}", DataType.Float, ["R", .. shape.Select(size => (Axis)size)]))];
        string step = body.Input(name + ".x", DataType.Float, Axis.Batch, feedback.InputSize), inside = body.Input(name + ".inside", DataType.Bool, Axis.Batch, 1);

        string each = body.Node("Expand", name + ".each", [body.Node("Unsqueeze", name + ".one", [step, body.Integers(1)]), repeated]);
        string both = body.Node("Concat", name + ".both", [each, body.Node("Gather", name + ".label", [vectors, last], Attributes.Of("axis", 0))], Attributes.Of("axis", -1));
        both = body.Node("Reshape", name + ".read", [both, body.Integers(-1, layer.InputSize)]);
        (string y, string[] next) = SequenceStep.Write(body, layer, both, states, rows);
        string scores = body.Node("Reshape", name + ".scores", [LayerWriter.Linear(body, output, y, isRow: true), body.Integers(-1, beam, count)]);

        string likely = body.Node("LogSoftmax", name + ".likely", [PathWriter.Double(body, scores)], Attributes.Of("axis", -1));
        if (rules is not null)
            likely = body.Node("Add", name + ".allowed", [likely, body.Node("Gather", name + ".may", [allowed, last], Attributes.Of("axis", 0))]);
        likely = body.Node("Add", name + ".sum", [likely, body.Node("Unsqueeze", name + ".before", [total, body.Integers(2)])]);
        likely = body.Node("Reshape", name + ".candidates", [likely, body.Integers(-1, (long)beam * count)]);
        string best = body.Unique(name + ".best"), place = body.Unique(name + ".place");
        body.Nodes("TopK", [likely, body.Integers(beam)], [best, place]);
        string from = body.Node("Div", name + ".from", [place, body.Integer(count)]);
        string label = body.Node("Sub", name + ".chosen", [place, body.Node("Mul", name + ".from.first", [from, body.Integer(count)])]);
        string row = body.Node("Reshape", name + ".row", [body.Node("Add", name + ".from.row", [from, offsets]), body.Integers(-1)]);

        body.Result(body.Node("Where", name + ".kept", [inside, best, total]), DataType.Double);
        body.Result(label, DataType.Int64);
        foreach (string state in next)
            body.Result(body.Node("Gather", state + ".kept", [state, row], Attributes.Of("axis", 0)), DataType.Float);
        body.Result(body.Node("Where", name + ".remembered", [inside, from, own]), DataType.Int64);
        body.Result(body.Node("Identity", name + ".label.out", [label]), DataType.Int64);
        body.Result(body.Node("Identity", name + ".scores.out", [scores]), DataType.Float);

        float[] totals = new float[beam];
        totals.AsSpan(1).Fill(float.NegativeInfinity);
        string none = graph.Node("Cast", name + ".mark", [axes.Rows(name + ".none", [.. Enumerable.Repeat((float)count, beam)])], Attributes.Of("to", (long)DataType.Int64));
        string[] outputs = [.. Enumerable.Range(0, states.Length + 5).Select(i => graph.Unique($"{name}.result{i}"))];
        graph.Nodes("Scan", [PathWriter.Double(graph, axes.Rows(name + ".first", totals)), none, .. SequenceStep.Start(axes, layer, rows), x, axes.Inside], outputs,
            Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", 2));
        string end = graph.Node("ArgMax", name + ".end", [outputs[0]], Attributes.Of("axis", 1), Attributes.Of("keepdims", 0));
        string[] found = PathWriter.Back(graph, axes, name, beam, end, outputs[^3], [(outputs[^2], DataType.Int64, 0, false), (outputs[^1], DataType.Float, count, true)]).Found;
        return (found[1], found[0]);
    }

    /// <summary>[K + 1, K]: 0 where a label may follow another, or the mark before the first step, and negative infinity where it may not.</summary>
    private static float[] Rules(LabelRules rules)
    {
        int count = rules.Count;
        float[] values = new float[(count + 1) * count];
        for (int i = 0; i < values.Length; i++)
        {
            (int before, int label) = (i / count, i % count);
            values[i] = (before == count ? rules.MayBegin(label) : rules.MayFollow(before, label)) ? 0 : float.NegativeInfinity;
        }

        return values;
    }
}
