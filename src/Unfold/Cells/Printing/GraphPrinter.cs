using System.Text;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>
/// Writes a graph as equations again, for checks and diagnostics. Names, comments and order are the graph's and not the author's: what the author wrote
/// is kept beside the cell and is what a user is shown.
/// </summary>
internal static class GraphPrinter
{
    /// <summary>Declarations, then a definition a line, inputs before their users. Read again, the text gives the same graph, but for <c>init</c> of parameters.</summary>
    public static string Print(CellGraph graph)
    {
        Dictionary<Node, string> names = DefinedNames(graph);
        var madeUp = new MadeUpNames(names.Values);
        new SharedNodes(
                graph.States.Select(s => s.Next).Append(graph.Output), names.Keys.Where(n => n.Inputs.Count > 0).ToList(), names.GetValueOrDefault, withMasks: true)
            .NameLarge(names, n => n.IsScalar ? null : madeUp.Next(), longest: 60);
        var text = new ExpressionText(names.GetValueOrDefault, flatten: false);
        var lines = new StringBuilder();
        AppendDeclarations(lines, graph);
        var printed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes.Where(n => n.Inputs.Count > 0 && names.ContainsKey(n)))
        {
            printed.Add(names[node]);
            lines.Append(names[node]).Append(" = ").Append(text.DefinitionOf(node)).Append('\n');
        }

        foreach (StateVariable state in graph.States.Where(s => !printed.Contains(s.Name + "'")))
            lines.Append(state.Name).Append("' = ").Append(text.Of(state.Next)).Append('\n');
        if (graph.States.FirstOrDefault(s => s.Name == "h")?.Next != graph.Output && !printed.Contains("output"))
            lines.Append("output = ").Append(text.Of(graph.Output)).Append('\n');
        return lines.ToString();
    }

    private static void AppendDeclarations(StringBuilder lines, CellGraph graph)
    {
        foreach ((string name, int size) in graph.Sizes)
            lines.Append($"size {name} = {size}\n");
        foreach (Node constant in graph.Nodes.Where(n => n.Operation == Operation.Constant && n.Name is not null))
            lines.Append($"let {constant.Name} = {ExpressionText.Number(constant.Value)}\n");
        foreach (StateVariable state in graph.States)
        {
            if (!state.Previous.Shape[0].Equals(Dimension.Hidden))
                lines.Append($"state {state.Name}[{state.Previous.Shape[0]}]\n");
            if (state.Initial == InitialState.Learned)
                lines.Append($"init {state.Name} = learned\n");
            else if (state.InitialValue != 0)
                lines.Append($"init {state.Name} = {ExpressionText.Number(state.InitialValue)}\n");
        }

        foreach (ParameterVariable parameter in graph.Parameters)
        {
            if (parameter.Node.IsScalar)
                lines.Append($"scalar {parameter.Name}\n");
            else if (!parameter.Node.IsMatrix && !parameter.Node.Shape[0].Equals(Dimension.Hidden))
                lines.Append($"vector {parameter.Name}[{parameter.Node.Shape[0]}]\n");
            if (!parameter.Trained)
                lines.Append($"fixed {parameter.Name}\n");
        }
    }

    /// <summary>The names that a reader knows: leaves, next values of states, definitions.</summary>
    public static Dictionary<Node, string> DefinedNames(CellGraph graph)
    {
        var names = new Dictionary<Node, string>();
        foreach (StateVariable state in graph.States.Where(s => s.Next.Inputs.Count > 0))
            names.TryAdd(state.Next, state.Name + "'");
        foreach (Node node in graph.Nodes.Where(n => n.Name is not null))
            names.TryAdd(node, node.Name!);
        return names;
    }
}

/// <summary>Names v1, v2, … for values that the text gave none.</summary>
internal sealed class MadeUpNames(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];
    private int _count;

    /// <summary>The next of them that nothing has.</summary>
    public string Next()
    {
        while (_taken.Contains("v" + ++_count))
        {
        }

        return "v" + _count;
    }
}
