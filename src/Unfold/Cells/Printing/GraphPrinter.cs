using System.Text;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>
/// Writes a graph as equations again, for checks and diagnostics. Names, comments and order are the graph's and not the author's: what the author wrote
/// is kept beside the cell and is what a user is shown.
/// </summary>
internal static class GraphPrinter
{
    /// <summary>A definition a line, inputs before their users.</summary>
    public static string Print(CellGraph graph)
    {
        Dictionary<Node, string> names = DefinedNames(graph);
        int count = 0;
        new SharedNodes(
                graph.States.Select(s => s.Next).Append(graph.Output), names.Keys.Where(n => n.Inputs.Count > 0).ToList(), names.GetValueOrDefault, withMasks: true)
            .NameLarge(names, n => n.IsScalar ? null : MadeUp(names, ref count), longest: 60);
        var text = new ExpressionText(names.GetValueOrDefault, flatten: false);
        var lines = new StringBuilder();
        var printed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes.Where(n => n.Inputs.Count > 0 && names.ContainsKey(n)))
        {
            printed.Add(names[node]);
            lines.Append(names[node]).Append(" = ").Append(text.DefinitionOf(node)).Append('\n');
        }

        foreach (StateVariable state in graph.States.Where(s => !printed.Contains(s.Name + "'")))
            lines.Append(state.Name).Append("' = ").Append(text.Of(state.Next)).Append('\n');
        if (graph.States.FirstOrDefault(s => s.Name == "h")?.Next != graph.Output)
            lines.Append("output = ").Append(text.Of(graph.Output)).Append('\n');
        return lines.ToString();
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

    /// <summary>A name v1, v2, … that nothing has.</summary>
    public static string MadeUp(Dictionary<Node, string> names, ref int count)
    {
        string name;
        do
            name = "v" + ++count;
        while (names.ContainsValue(name));
        return name;
    }
}
