namespace Unfold.Cells.Graph;

/// <summary>
/// Prepares a graph for the schedule: a matrix times a concatenation becomes a sum of its column blocks times the parts (<c>W [h, x]</c> is
/// <c>W₁ h + W₂ x</c>), so that the part with x can leave the time loop.
/// </summary>
internal static class Lowering
{
    public static CellGraph Lower(CellGraph graph)
    {
        var builder = new GraphBuilder();
        var map = new Dictionary<Node, Node>();
        foreach (Node node in graph.Nodes)
        {
            Node rebuilt = map[node] = Rebuild(builder, node, [.. node.Inputs.Select(i => map[i])]);
            if (rebuilt.Inputs.Count > 0)
                rebuilt.Name ??= node.Name;
        }

        var kept = Reachable(graph.States.Select(s => map[s.Next]).Append(map[graph.Output])
            .Concat(graph.States.Select(s => map[s.Previous])).Concat(graph.Parameters.Select(p => map[p.Node])).Append(map[graph.Input]));
        return graph with
        {
            Nodes = [.. builder.Nodes.Where(kept.Contains)],
            Input = map[graph.Input],
            Output = map[graph.Output],
            States = [.. graph.States.Select(s => s with { Previous = map[s.Previous], Next = map[s.Next] })],
            Parameters = [.. graph.Parameters.Select(p => p with { Node = map[p.Node] })],
        };
    }

    /// <summary>The given nodes and everything they are computed from.</summary>
    public static HashSet<Node> Reachable(IEnumerable<Node> roots)
    {
        var found = new HashSet<Node>();
        var open = new Stack<Node>(roots);
        while (open.TryPop(out Node? node))
        {
            if (found.Add(node))
            {
                foreach (Node input in node.Inputs)
                    open.Push(input);
            }
        }

        return found;
    }

    private static Node Rebuild(GraphBuilder g, Node node, Node[] inputs)
    {
        switch (node.Operation)
        {
            case Operation.Product when inputs[1].Operation == Operation.Concat && inputs[0].Operation == Operation.Parameter:
                Dimension offset = Dimension.Of(0);
                Node? sum = null;
                foreach (Node part in inputs[1].Inputs)
                {
                    Node product = g.Product(g.Columns(inputs[0], offset, part.Shape[0]), part);
                    sum = sum is null ? product : g.Add(sum, product);
                    offset += part.Shape[0];
                }

                return sum!;
            case Operation.Constant: return g.Constant(node.Value); // without its name, so that what it makes with others is one number
            case Operation.Mask: return g.Mask(node.MaskKind, node.Value, node.Place, node.Shape);
            case Operation.Input or Operation.State or Operation.Parameter or Operation.Incoming: return g.Leaf(node.Operation, node.Name!, [.. node.Shape]);
            case Operation.Add: return g.Add(inputs[0], inputs[1]);
            case Operation.Subtract: return g.Subtract(inputs[0], inputs[1]);
            case Operation.Multiply: return g.Multiply(inputs[0], inputs[1]);
            case Operation.Divide or Operation.Minimum or Operation.Maximum or Operation.GreaterOrEqual: return g.Binary(node.Operation, inputs[0], inputs[1]);
            case Operation.Product: return g.Product(inputs[0], inputs[1]);
            case Operation.Transpose: return g.Transpose(inputs[0]);
            case Operation.Outer: return g.Outer(inputs[0], inputs[1]);
            case Operation.Concat: return g.Concat(inputs);
            case Operation.Slice: return g.Slice(inputs[0], node.Offset!, node.Shape[0]);
            case Operation.Columns: return g.Columns(inputs[0], node.Offset!, node.Shape[1]);
            case Operation.Broadcast: return g.Broadcast(inputs[0], node);
            case Operation.Sum or Operation.Mean or Operation.InverseCount or Operation.RowMaximum: return g.Reduce(node.Operation, inputs[0]);
            case Operation.Normalize: return g.Norm(inputs[0]);
            case Operation.NormalizeAdjoint: return g.NormGradient(inputs[0], inputs[2]);
            default: return g.Unary(node.Operation, inputs[0], node.Value, node.Upper);
        }
    }
}
