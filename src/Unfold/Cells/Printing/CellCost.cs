using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>Counts of what one step of one sequence takes, from the graph: what any schedule of it has to do.</summary>
/// <param name="Graph">The cell, lowered: products with x stand alone.</param>
/// <param name="Sizes">Every named size.</param>
/// <param name="HoistedProducts">Products of x alone, which are done for all steps at once.</param>
/// <param name="StepProducts">Products that wait for a state.</param>
/// <param name="ForwardOperations">Elementwise operations and additions of reductions, forward.</param>
/// <param name="BackwardOperations">The same, backward.</param>
/// <param name="Kept">
/// Values that the backward pass reads, but for x, states and parameters, which are there in any case, and for what one addition or multiplication makes
/// of values that are there.
/// </param>
internal sealed record CellCost(
    CellGraph Graph,
    IReadOnlyDictionary<string, int> Sizes,
    IReadOnlyList<Node> HoistedProducts,
    IReadOnlyList<Node> StepProducts,
    long ForwardOperations,
    long BackwardOperations,
    IReadOnlyList<Node> Kept)
{
    /// <summary>Multiply-adds of all products.</summary>
    public long MultiplyAdds => HoistedProducts.Concat(StepProducts).Sum(MultiplyAddsOf);

    /// <summary>Numbers kept for the backward pass.</summary>
    public long KeptFloats => Kept.Sum(Length);

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
        var cost = new CellCost(lowered, sizes, [.. products.Where(p => !waiting.Contains(p))], [.. products.Where(waiting.Contains)], 0, 0, []);
        var kept = new List<Node>();
        HashSet<Node> there = [.. lowered.Nodes.Where(IsFree), .. lowered.States.Select(s => s.Next)];
        HashSet<Node> read = [.. backward.SelectMany(n => n.Inputs)];
        foreach (Node node in lowered.Nodes.Where(n => !there.Contains(n)).ToList())
        {
            bool cheap = node.Operation is Operation.Negate or Operation.Square or (>= Operation.Add and <= Operation.Multiply) or Operation.Broadcast;
            if (cheap && node.Inputs.All(there.Contains))
                there.Add(node);
            else if (read.Contains(node) && there.Add(node))
                kept.Add(node);
        }

        return cost with
        {
            ForwardOperations = lowered.Nodes.Sum(cost.Operations),
            BackwardOperations = backward.Sum(cost.Operations),
            Kept = kept,
        };
    }

    private long Operations(Node node) => node.Operation switch
    {
        >= Operation.Negate and <= Operation.GreaterOrEqual => Length(node),
        Operation.Sum or Operation.Mean or Operation.RowMaximum => Length(node.Inputs[0]),
        Operation.InverseDeviation => 3 * Length(node.Inputs[0]),
        _ => 0,
    };

    /// <summary>What is there in any case: leaves, and parts and functions of parameters alone.</summary>
    private static bool IsFree(Node node) => node.Inputs.Count == 0 || node.Operation == Operation.Columns;
}
