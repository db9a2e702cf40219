using System.Globalization;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Recognition;

/// <summary>Brings the values of a (lowered) graph into the normal form.</summary>
/// <param name="graph">The graph.</param>
/// <param name="turned">Sigmoids that are read as 1 - sigmoid(-a).</param>
internal sealed class PolynomialReader(CellGraph graph, IReadOnlySet<Node> turned)
{
    private readonly Dictionary<Node, Polynomial> _known = [];
    private readonly Dictionary<string, Atom> _nextValues = new(StringComparer.Ordinal);

    /// <summary>The next value of each state, in the graph's order. Where one uses another's it is an atom: <c>c'</c>.</summary>
    public Dictionary<StateVariable, Polynomial> NextValues()
    {
        var values = new Dictionary<StateVariable, Polynomial>();
        foreach (Node node in graph.Nodes)
        {
            Polynomial value = Read(node);
            foreach (StateVariable state in graph.States.Where(s => s.Next == node))
            {
                values.Add(state, value);
                if (node.Inputs.Count == 0)
                    continue;
                var atom = new Atom(NextKey(state), null, null);
                _known[node] = Polynomial.Of(atom);
                _nextValues.TryAdd(value.Key, atom);
            }
        }

        return values;
    }

    /// <summary>The key of the atom that stands for a state's next value.</summary>
    public static string NextKey(StateVariable state) => state.Name + "'";

    /// <summary>The key of the atom of a leaf.</summary>
    public static string LeafKey(Node leaf) => $"{leaf.Operation} {leaf.Name}";

    private Polynomial Read(Node node)
    {
        Polynomial[] inputs = [.. node.Inputs.Select(i => _known[i])];
        return _known[node] = node.Operation switch
        {
            Operation.Constant => Polynomial.Of(node.Value),
            Operation.Input or Operation.State or Operation.Parameter => Polynomial.Of(new Atom(LeafKey(node), node, null)),
            Operation.Add => inputs[0] + inputs[1],
            Operation.Subtract => inputs[0] - inputs[1],
            Operation.Negate => -inputs[0],
            Operation.Multiply => inputs[0] * inputs[1],
            Operation.Square => inputs[0] * inputs[0],
            Operation.Divide when node.Inputs[1].Operation == Operation.Constant => inputs[0].Scaled(1 / node.Inputs[1].Value),
            Operation.Broadcast => inputs[0],
            Operation.Sigmoid when turned.Contains(node) => Polynomial.Of(1) - Call(node, -inputs[0]),
            Operation.Sigmoid or Operation.Tanh or Operation.Relu => Call(node, inputs[0]),
            Operation.Product when MatrixName(node.Inputs[0]) is string matrix => Polynomial.Of(new Atom($"{matrix}<{inputs[1].Key}>", node, inputs[1])),
            _ => Polynomial.Of(new Atom("node " + node.Id.ToString(CultureInfo.InvariantCulture), node, null)),
        };
    }

    private Polynomial Call(Node node, Polynomial argument)
    {
        if (_nextValues.TryGetValue(argument.Key, out Atom? next))
            argument = Polynomial.Of(next);
        return Polynomial.Of(new Atom($"{node.Operation}({argument.Key})", node, argument));
    }

    private static string? MatrixName(Node matrix) => matrix.Operation switch
    {
        Operation.Parameter => matrix.Name,
        Operation.Columns => $"{matrix.Inputs[0].Name}[{matrix.Offset}]",
        _ => null,
    };
}
