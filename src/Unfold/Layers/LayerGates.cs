using Unfold.Autodiff;
using Unfold.Cells.Execution;
using Unfold.Cells.Graph;
using Unfold.Cells.Schedule;
using Unfold.Cells.Syntax;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// The gates of a recurrent layer, computed for whoever looks at a run: each vector of the cell's text that has a name and that an elementwise function
/// gives, such as <c>f = sigmoid(…)</c> or <c>h' = tanh(…)</c>. They are the output of a second cell of the same equations, so that a run keeps nothing for them.
/// </summary>
internal sealed class LayerGates
{
    private static readonly HashSet<Operation> Functions = [.. Function.All.Values.Where(f => f.Kind == FunctionKind.Elementwise).Select(f => f.Operation)];

    private readonly RecurrentLayer _layer;
    private readonly (string Name, int Width)[] _gates;
    private readonly CellPlan? _plan;

    /// <param name="layer">The layer whose gates they are.</param>
    internal LayerGates(RecurrentLayer layer)
    {
        _layer = layer;
        Node[] nodes = [.. layer.Graph.Nodes.Where(IsGate)];
        _gates = [.. nodes.Select(node => ($"{layer.Name}/{node.Name}", node.Shape[0].Resolve(layer.Sizes)))];
        if (nodes.Length == 0)
            return;
        GraphBuilder builder = new();
        builder.Adopt(layer.Graph);
        Node output = builder.Concat(nodes);
        _plan = new CellPlan(Scheduler.Build(layer.Graph with { Nodes = builder.Nodes, Output = output }, layer.InputSize, layer.Sizes["H"]));
    }

    /// <summary>Computes the gates of a run and shows each: its values for all rows, under the layer's name, a slash and its own. Cost: a run without a way back.</summary>
    /// <param name="show">Who is shown them.</param>
    /// <param name="x">[S, C], the run's input.</param>
    /// <param name="rows">How its rows lie.</param>
    /// <param name="initial">The states that it starts from.</param>
    /// <param name="masks">What its random factors are counted by.</param>
    internal void Show(Action<string, float[]> show, Tensor x, SequenceRows rows, Tensor[] initial, in MaskCounter masks)
    {
        if (_plan is null)
            return;
        CellRun run = new();
        run.Rows.Set(rows);
        run.Forward(Tape.ForInference(), _plan, _layer.Parameters, x, initial, [], masks, RunMode.Infer);
        ReadOnlySpan<float> all = run.Output.Values;
        int columns = _gates.Sum(gate => gate.Width), first = 0;
        foreach ((string name, int width) in _gates)
        {
            float[] values = new float[rows.Total * width];
            for (int row = 0; row < rows.Total; row++)
                all.Slice(row * columns + first, width).CopyTo(values.AsSpan(row * width));
            show(name, values);
            first += width;
        }
    }

    private static bool IsGate(Node node) => node.Name is not null && node.Shape.Count == 1 && Functions.Contains(node.Operation);
}
