using System.Globalization;
using System.Text;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>Writes a <see cref="CellCost"/> as a page of text.</summary>
internal static class CostPrinter
{
    /// <summary>The page.</summary>
    /// <param name="cost">The counts.</param>
    /// <param name="scheduledFloats">The numbers that the schedule has in memory for each step of a sequence in training.</param>
    public static string Print(CellCost cost, int scheduledFloats)
    {
        var text = new StringBuilder();
        Dictionary<Node, string> names = GraphPrinter.DefinedNames(cost.Graph);
        var expressions = new ExpressionText(names.GetValueOrDefault, flatten: false);
        string sizes = string.Join(", ", cost.Sizes.Select(s => $"{s.Key} = {s.Value}").Order(StringComparer.Ordinal));
        text.Append($"{cost.Graph.Name}: {sizes}\n\n");

        IReadOnlyList<ParameterVariable> parameters = cost.Graph.Parameters;
        var learned = cost.Graph.States.Where(s => s.Initial == InitialState.Learned).Select(s => (Name: s.Name + "0", Node: s.Previous, Trained: true));
        var all = parameters.Select(p => (p.Name, p.Node, p.Trained)).Concat(learned).ToList();
        text.Append($"parameters: {Count(all.Sum(p => cost.Length(p.Node)))}\n");
        int name = all.Select(p => p.Name.Length).DefaultIfEmpty().Max();
        int shape = all.Select(p => Shape(p.Node).Length).DefaultIfEmpty().Max(), count = all.Select(p => Count(cost.Length(p.Node)).Length).DefaultIfEmpty().Max();
        foreach ((string parameter, Node node, bool trained) in all)
        {
            text.Append($"  {parameter.PadRight(name)}  {Shape(node).PadRight(shape)}  {Count(cost.Length(node)).PadLeft(count)}")
                .Append(trained ? "\n" : "  fixed\n");
        }

        text.Append("\na step of a sequence\n");
        text.Append($"  products: {Count(cost.MultiplyAdds)} multiply-adds\n");
        Products("of x alone, for all steps at once", cost.HoistedProducts);
        Products("with a state, in each step", cost.StepProducts);
        text.Append($"  elementwise: {Count(cost.ForwardOperations)} operations forward, {Count(cost.BackwardOperations)} backward\n");
        text.Append($"  memory in training, beside x: {Count(scheduledFloats)} numbers, states included\n");
        long forward = 2 * cost.MultiplyAdds + cost.ForwardOperations, backward = 4 * cost.MultiplyAdds + cost.BackwardOperations;
        text.Append($"  arithmetic: {Count(forward)} FLOP forward, {Count(forward + backward)} to train\n");
        return text.ToString();

        string Shape(Node node) => node.IsScalar ? "scalar" : $"[{string.Join(", ", node.Shape.Select(d => d.Resolve(cost.Sizes)))}]";

        void Products(string where, IReadOnlyList<Node> products)
        {
            if (products.Count > 0)
                text.Append($"    {where}: {string.Join(", ", products.Select(expressions.DefinitionOf))}: {Count(products.Sum(cost.MultiplyAddsOf))}\n");
        }
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
