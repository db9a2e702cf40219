namespace Unfold.Cells.Graph;

/// <summary>
/// The backward pass of one step, as a graph of the same kind: from the gradients of the output and of each state's next value to those of x, of each
/// state's previous value and of the parameters. Its nodes refer to the forward graph's.
/// </summary>
/// <param name="Forward">The graph that was differentiated.</param>
/// <param name="Nodes">All nodes, the forward ones first.</param>
/// <param name="OutputGradient">Incoming: the gradient of the output at this step, from outside.</param>
/// <param name="NextGradients">Incoming, a state each: the gradient of its next value, from the step after.</param>
/// <param name="InputGradient">The gradient of x; null when nothing depends on x.</param>
/// <param name="PreviousGradients">A state each: the gradient of its previous value, for the step before; null when nothing depends on it.</param>
/// <param name="ParameterGradients">What each step and sequence adds to the parameters' gradients.</param>
/// <param name="NodeGradients">Of each forward node that a gradient reaches: that gradient. For printing.</param>
internal sealed record Adjoint(
    CellGraph Forward,
    IReadOnlyList<Node> Nodes,
    Node OutputGradient,
    IReadOnlyList<Node> NextGradients,
    Node? InputGradient,
    IReadOnlyList<Node?> PreviousGradients,
    IReadOnlyList<ParameterGradient> ParameterGradients,
    IReadOnlyDictionary<Node, Node> NodeGradients)
{
    /// <summary>The name of <see cref="OutputGradient"/>; those of <see cref="NextGradients"/> end in a prime, so that no state's is equal.</summary>
    public const string OutputGradientName = "d_output";

    /// <summary>Reverse mode: one walk from the outputs to the leaves over <see cref="LocalGradients"/>.</summary>
    public static Adjoint Of(CellGraph forward)
    {
        var builder = new GraphBuilder();
        builder.Adopt(forward);
        HashSet<Node> needed = DependOnLeaves(forward);
        var gradients = new Dictionary<Node, List<Node>>();
        var parameters = new List<ParameterGradient>();
        var totals = new Dictionary<Node, Node>();

        Node outputGradient = builder.Leaf(Operation.Incoming, OutputGradientName, [.. forward.Output.Shape]);
        Contribute(forward.Output, outputGradient);
        var nextGradients = new List<Node>();
        foreach (StateVariable state in forward.States)
        {
            Node incoming = builder.Leaf(Operation.Incoming, "d_" + state.Name + "'", [.. state.Next.Shape]);
            nextGradients.Add(incoming);
            Contribute(state.Next, incoming);
        }

        foreach (Node node in forward.Nodes.Reverse())
        {
            if (node.Inputs.Count == 0 || !gradients.TryGetValue(node, out List<Node>? contributions))
                continue;
            Node total = totals[node] = Total(contributions);
            if (node.Operation == Operation.Columns)
            {
                parameters.Add(new ParameterGradient(Variable(node.Inputs[0]), total, node.Offset));
                continue;
            }

            Node?[] local = LocalGradients.Of(builder, node, total);
            for (int i = 0; i < local.Length; i++)
            {
                if (local[i] is Node contribution && needed.Contains(node.Inputs[i]))
                    Contribute(node.Inputs[i], contribution);
            }
        }

        foreach (ParameterVariable parameter in forward.Parameters)
        {
            foreach (Node contribution in gradients.GetValueOrDefault(parameter.Node) ?? [])
                parameters.Add(new ParameterGradient(parameter, contribution, null));
        }

        return new Adjoint(
            forward, builder.Nodes, outputGradient, nextGradients, GradientOf(forward.Input),
            [.. forward.States.Select(s => GradientOf(s.Previous))], parameters, totals);

        ParameterVariable Variable(Node leaf) => forward.Parameters.First(p => p.Node == leaf);

        Node Total(List<Node> contributions) => contributions.Aggregate(builder.Add);

        Node? GradientOf(Node leaf) =>
            gradients.TryGetValue(leaf, out List<Node>? contributions) ? totals[leaf] = Total(contributions) : null;

        void Contribute(Node node, Node contribution)
        {
            if (!needed.Contains(node))
                return;
            if (node.IsScalar && !contribution.IsScalar)
                contribution = builder.Reduce(Operation.Sum, contribution);
            else if (!node.IsScalar && contribution.IsScalar)
                contribution = builder.Broadcast(contribution, node);
            if (!gradients.TryGetValue(node, out List<Node>? list))
                gradients.Add(node, list = []);
            list.Add(contribution);
        }
    }

    /// <summary>The nodes through which a gradient can reach x, a state or a trained parameter.</summary>
    private static HashSet<Node> DependOnLeaves(CellGraph forward)
    {
        var needed = new HashSet<Node> { forward.Input };
        needed.UnionWith(forward.States.Select(s => s.Previous));
        needed.UnionWith(forward.Parameters.Where(p => p.Trained).Select(p => p.Node));
        foreach (Node node in forward.Nodes)
        {
            if (node.Inputs.Any(needed.Contains))
                needed.Add(node);
        }

        return needed;
    }
}

/// <summary>One term of a parameter's gradient, to be summed over all steps and sequences.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Term">Of the parameter's shape, or of a run of its columns; for a matrix in a product, an <see cref="Operation.Outer"/>.</param>
/// <param name="ColumnOffset">The first of those columns; null for the whole parameter.</param>
internal sealed record ParameterGradient(ParameterVariable Parameter, Node Term, Dimension? ColumnOffset);
