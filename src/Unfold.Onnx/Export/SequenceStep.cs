using Unfold.Layers;

namespace Unfold.Onnx.Export;

/// <summary>Writes a sequence layer a step at a time, in the body of a Scan that does something between the steps.</summary>
internal static class SequenceStep
{
    /// <summary>The states before the first step, [rows, …].</summary>
    /// <param name="axes">T and N.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="rows">How many sequences it reads, as [1].</param>
    public static string[] Start(SequenceAxes axes, SequenceLayer layer, string rows) =>
        [.. layer.InitialState(1).Tensors.Select((state, i) => axes.Rows($"{layer.Name}.state{i}", rows, LayerWriter.SizesOf(state.Shape)[1..], state.Values))];

    /// <summary>The sizes of each state of one sequence.</summary>
    public static IEnumerable<int[]> Shapes(SequenceLayer layer) => layer.InitialState(1).Tensors.Select(state => LayerWriter.SizesOf(state.Shape)[1..]);

    /// <summary>One step.</summary>
    /// <param name="body">The body.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[rows, C].</param>
    /// <param name="states">The states before the step.</param>
    /// <param name="rows">How many sequences it reads, as [1], from outside.</param>
    /// <returns>The output [rows, O], and the states behind the step.</returns>
    public static (string Output, string[] Next) Write(GraphWriter body, SequenceLayer layer, string x, IReadOnlyList<string> states, string rows)
    {
        if (layer is TemporalConvolutionalNetwork network)
            return ConvolutionalWriter.Step(body, network, x, states);
        Recurrent stack = SequenceWriter.Stack(layer);
        List<string> next = [];
        foreach (RecurrentLayer one in stack.Layers)
        {
            string[] own = [.. states.Skip(next.Count).Take(one.StateCount)];
            StepWriter step = RecurrentWriter.Step(body, one, x, own, rows);
            next.AddRange(one.Graph.States.Select(state => step.Rows(state.Next)));
            string y = step.Rows(one.Graph.Output);
            x = SequenceWriter.AddsInput(stack, one) ? body.Node("Add", one.Name + ".sum", [x, y]) : y;
        }

        return (x, [.. next]);
    }
}
