using Unfold.Cells.Graph;
using Unfold.Cells.Recognition;
using Unfold.Layers;
using Unfold.Onnx.Protocol;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>
/// Writes recurrent layers: a cell that is one of ONNX's own, by the structure of its equations, as that operator; any other as a Scan over its equations, in whose body sequences that have ended
/// keep their states and give zeros.
/// </summary>
internal static class RecurrentWriter
{
    /// <summary>One layer in one direction.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="axes">T, N and the lengths.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="initial">The states before the first step, [N, S]; null for what the cell's text says.</param>
    /// <param name="reverse">Whether each sequence is read from its own end; the output still stands at the step that was read.</param>
    /// <returns>The output [T, N, O] and the states after each sequence's last step, [N, S].</returns>
    public static (string Output, string[] Final) Write(
        GraphWriter graph, SequenceAxes axes, RecurrentLayer layer, string x, IReadOnlyList<string>? initial = null, bool reverse = false)
    {
        if (OnnxCell.Of(layer) is not OnnxCell cell)
            return Scan(graph, axes, layer, x, initial, reverse);
        string hint = layer.Name;
        (string y, string h, string c) = Operator(graph, axes, [cell], [layer], x, [initial], reverse ? "reverse" : "forward");
        string[] final = new string[layer.StateCount];
        final[cell.HiddenState] = graph.Node("Squeeze", $"{hint}.{layer.Graph.States[cell.HiddenState].Name}.last", [h, graph.Integers(0)]);
        if (cell.CellState >= 0)
            final[cell.CellState] = graph.Node("Squeeze", $"{hint}.{layer.Graph.States[cell.CellState].Name}.last", [c, graph.Integers(0)]);
        return (graph.Node("Squeeze", hint + ".output", [y, graph.Integers(1)]), final);
    }

    /// <summary>Two layers of opposite directions as one operator, where both are the same of ONNX's own; null where they are not.</summary>
    /// <returns>[T, 2, N, H].</returns>
    public static string? WriteBoth(GraphWriter graph, SequenceAxes axes, RecurrentLayer forward, RecurrentLayer backward, string x) =>
        OnnxCell.Of(forward) is OnnxCell one && OnnxCell.Of(backward) is OnnxCell other
            && (one.Kind, one.Hidden, one.HasPeepholes) == (other.Kind, other.Hidden, other.HasPeepholes)
            ? Operator(graph, axes, [one, other], [forward, backward], x, [null, null], "bidirectional").Output
            : null;

    /// <summary>One step of a layer, by its cell's equations, in a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[N, C].</param>
    /// <param name="states">The states before the step, [N, S].</param>
    /// <param name="batch">N, as [1], from outside.</param>
    public static StepWriter Step(GraphWriter body, RecurrentLayer layer, string x, IReadOnlyList<string> states, string batch)
    {
        StepWriter step = new(body, layer.Graph, layer.Sizes, name => Values(layer, name), layer.Name + ".", batch);
        step.Write(x, states);
        return step;
    }

    private static (string Output, string Hidden, string Cell) Operator(
        GraphWriter graph, SequenceAxes axes, OnnxCell[] cells, RecurrentLayer[] layers, string x, IReadOnlyList<string>?[] initial, string direction)
    {
        OnnxCell cell = cells[0];
        int directions = cells.Length, hidden = cell.Hidden;
        string hint = layers[0].Name;
        bool isLstm = cell.Operator == "LSTM";
        List<string> inputs =
        [
            x,
            graph.Constant(hint + ".W", [directions, cell.Rows, layers[0].InputSize], [.. cells.SelectMany(one => one.Weights())]),
            graph.Constant(hint + ".R", [directions, cell.Rows, hidden], [.. cells.SelectMany(one => one.Recurrence())]),
            graph.Constant(hint + ".B", [directions, 2 * cell.Rows], [.. cells.SelectMany(one => one.Biases())]),
            axes.Narrow,
            State(graph, axes, layers, [.. cells.Select(one => one.HiddenState)], initial),
        ];
        if (isLstm)
            inputs.Add(State(graph, axes, layers, [.. cells.Select(one => one.CellState)], initial));
        if (cell.HasPeepholes)
            inputs.Add(graph.Constant(hint + ".P", [directions, 3 * hidden], [.. cells.SelectMany(one => one.Peepholes())]));

        List<AttributeProto> attributes = [Attributes.Of("hidden_size", hidden), Attributes.Of("direction", direction)];
        if (cell.Kind == RecognizedKind.RnnRelu)
            attributes.Add(Attributes.Of("activations", Enumerable.Repeat("Relu", directions)));
        if (cell.Kind == RecognizedKind.GruResetAfter)
            attributes.Add(Attributes.Of("linear_before_reset", 1));
        if (cell.Kind == RecognizedKind.CoupledLstm)
            attributes.Add(Attributes.Of("input_forget", 1));
        string y = graph.Unique(hint + ".Y"), h = graph.Unique(hint + ".Y_h"), c = isLstm ? graph.Unique(hint + ".Y_c") : "";
        graph.Nodes(cell.Operator, [.. inputs], isLstm ? [y, h, c] : [y, h], [.. attributes]);
        return (y, h, c);
    }

    /// <summary>[D, N, H]: a state of each direction before its first step.</summary>
    private static string State(GraphWriter graph, SequenceAxes axes, RecurrentLayer[] layers, int[] states, IReadOnlyList<string>?[] initial)
    {
        string[] each = [.. layers.Select((layer, d) => graph.Node(
            "Unsqueeze", $"{layer.Name}.{layer.Graph.States[states[d]].Name}.first", [initial[d]?[states[d]] ?? Start(axes, layer, states[d]), graph.Integers(0)]))];
        return each.Length == 1 ? each[0] : graph.Node("Concat", layers[0].Name + ".first", each, Attributes.Of("axis", 0));
    }

    /// <summary>[N, S]: what the cell's text lets a state start from.</summary>
    private static string Start(SequenceAxes axes, RecurrentLayer layer, int state)
    {
        float[] row = new float[layer.StateShape(state, 1).Last];
        layer.FillInitial(state, row);
        return axes.Rows($"{layer.Name}.{layer.Graph.States[state].Name}.start", row);
    }

    private static (string Output, string[] Final) Scan(
        GraphWriter graph, SequenceAxes axes, RecurrentLayer layer, string x, IReadOnlyList<string>? initial, bool reverse)
    {
        CellGraph cell = layer.Graph;
        string prefix = layer.Name + ".";
        if (reverse)
            x = axes.Reversed(x);
        List<string> outer = [.. cell.States.Select((_, i) => initial?[i] ?? Start(axes, layer, i))];
        string batch = axes.Batch;
        string lengths = axes.HasLengths ? axes.Lengths : "";

        GraphWriter body = graph.Inner(layer.Name + ".step");
        string time = axes.HasLengths ? body.Input(prefix + "t", DataType.Int64) : "";
        string[] states = [.. cell.States.Select((state, i) => body.Input(prefix + state.Name, DataType.Float, Axis.Batch, layer.StateShape(i, 1).Last))];
        string input = body.Input(prefix + "x", DataType.Float, Axis.Batch, layer.InputSize);
        StepWriter step = Step(body, layer, input, states, batch);

        string? active = null;
        if (axes.HasLengths)
        {
            body.Result(body.Node("Add", prefix + "t.next", [time, body.Integer(1)]), DataType.Int64);
            active = body.Node("Unsqueeze", prefix + "active", [body.Node("Less", prefix + "runs", [time, lengths]), body.Integers(1)]);
        }

        for (int i = 0; i < states.Length; i++)
            body.Result(Kept(body, active, step.Rows(cell.States[i].Next), states[i], $"{prefix}{cell.States[i].Name}.next"), DataType.Float);
        body.Result(Kept(body, active, step.Rows(cell.Output), body.Scalar(0), prefix + "y"), DataType.Float);

        string output = graph.Unique(layer.Name + ".output");
        string[] final = [.. cell.States.Select(state => graph.Unique($"{prefix}{state.Name}.last"))];
        if (axes.HasLengths)
            graph.Nodes("Scan", [graph.Integer(0), .. outer, x], [graph.Unique(prefix + "t.last"), .. final, output], Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", 1));
        else
            graph.Nodes("Scan", [.. outer, x], [.. final, output], Attributes.Of("body", body.Graph), Attributes.Of("num_scan_inputs", 1));
        return (reverse ? axes.Reversed(output) : output, final);
    }

    private static string Kept(GraphWriter body, string? active, string value, string otherwise, string hint) =>
        active is null ? body.Node("Identity", hint, [value]) : body.Node("Where", hint, [active, value, otherwise]);

    private static float[] Values(RecurrentLayer layer, string name)
    {
        for (int i = 0; i < layer.Parameters.Count; i++)
        {
            if (layer.Graph.Parameters[i].Name == name)
                return layer.Parameters[i].Value.Values.ToArray();
        }

        throw new InvalidOperationException($"The cell '{layer.Graph.Name}' has no parameter '{name}'.");
    }
}
