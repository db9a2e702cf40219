using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>Counts of what one step of one sequence takes, from the graph: what any schedule of it has to do.</summary>
/// <param name="Graph">The cell, lowered: products with x stand alone.</param>
/// <param name="Sizes">Every named size.</param>
/// <param name="HoistedProducts">Products of x alone, which are done for all steps at once.</param>
/// <param name="StepProducts">Products that wait for a state.</param>
/// <param name="ForwardOperations">Elementwise operations and additions of reductions, forward.</param>
/// <param name="BackwardOperations">The same, backward.</param>
internal sealed record CellCost(
    CellGraph Graph,
    IReadOnlyDictionary<string, int> Sizes,
    IReadOnlyList<Node> HoistedProducts,
    IReadOnlyList<Node> StepProducts,
    long ForwardOperations,
    long BackwardOperations)
{
    /// <summary>Multiply-adds of all products.</summary>
    public long MultiplyAdds => HoistedProducts.Concat(StepProducts).Sum(MultiplyAddsOf);

    /// <summary>Multiply-adds of one product: as many as its matrix has elements.</summary>
    public long MultiplyAddsOf(Node product) => Length(product.Inputs[0]);

    /// <summary>How many elements a node has.</summary>
    public long Length(Node node) => node.Shape.Aggregate(1L, (length, dimension) => length * dimension.Resolve(Sizes));

    public static CellCost Of(CellGraph graph, IReadOnlyDictionary<string, int> sizes)
    {
        CellGraph lowered = Lowering.Lower(graph);
        Adjoint adjoint = Adjoint.Of(lowered);
        HashSet<Node> forward = [.. lowered.Nodes], waiting = [];
        foreach (Node node in lowered.Nodes)
        {
            if (node.Operation is Operation.State or Operation.Mask || node.Inputs.Any(waiting.Contains))
                waiting.Add(node);
        }

        IEnumerable<Node?> results = adjoint.ParameterGradients.Select(g => g.Term).Concat(adjoint.PreviousGradients).Append(adjoint.InputGradient);
        Node[] backward = [.. Lowering.Reachable(results.OfType<Node>()).Where(n => !forward.Contains(n))];
        Node[] products = [.. lowered.Nodes.Where(n => n.Operation == Operation.Product)];
        var cost = new CellCost(lowered, sizes, [.. products.Where(p => !waiting.Contains(p))], [.. products.Where(waiting.Contains)], 0, 0);
        return cost with
        {
            ForwardOperations = lowered.Nodes.Sum(cost.Operations),
            BackwardOperations = backward.Sum(cost.Operations),
        };
    }

    private long Operations(Node node) => node.Operation switch
    {
        >= Operation.Negate and <= Operation.GreaterOrEqual => Length(node),
        Operation.Sum or Operation.Mean or Operation.RowMaximum => Length(node.Inputs[0]),
        Operation.Normalize => 6 * Length(node),
        Operation.NormalizeAdjoint => 7 * Length(node),
        _ => 0,
    };
}
