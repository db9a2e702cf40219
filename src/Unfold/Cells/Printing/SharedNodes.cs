using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>Counts how often and at what length values would be written out, so that those that deserve a name get one.</summary>
internal sealed class SharedNodes
{
    private readonly Dictionary<Node, int> _uses = [];

    /// <summary>Looks at everything that will be written.</summary>
    /// <param name="written">Values that are written where they are used, by name if they have one.</param>
    /// <param name="defined">Values that are written out, whether or not they have a name.</param>
    /// <param name="name">Names so far; what has one is not looked through.</param>
    /// <param name="withMasks">As for <see cref="Idioms.Call"/>.</param>
    public SharedNodes(IEnumerable<Node> written, IEnumerable<Node> defined, Func<Node, string?> name, bool withMasks)
    {
        var found = new HashSet<Node>();
        var open = new Stack<Node>();
        foreach (Node node in written)
            Use(node);
        foreach (Node node in defined)
            open.Push(node);
        while (open.TryPop(out Node? node))
        {
            IEnumerable<Node> parts = Idioms.Call(node, name, withMasks) is (_, Node[] arguments, _) ? arguments : node.Inputs;
            foreach (Node part in parts)
                Use(part);
        }

        Nodes = [.. found.OrderBy(n => n.Id)];

        void Use(Node node)
        {
            _uses[node] = _uses.GetValueOrDefault(node) + 1;
            if (found.Add(node) && name(node) is null)
                open.Push(node);
        }
    }

    /// <summary>Every node that is written somewhere, inputs before their users.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>How often it is written; as an operand or as a result.</summary>
    public int Uses(Node node) => _uses.GetValueOrDefault(node);

    /// <summary>
    /// Names what would be written more than once and is more than two operations, and whatever is longer than a line should be (which also bounds how
    /// deep an expression nests).
    /// </summary>
    /// <param name="names">Takes the new names.</param>
    /// <param name="propose">The name for a node; null leaves it written out.</param>
    /// <param name="longest">How many operations may be written in one expression.</param>
    public void NameLarge(Dictionary<Node, string> names, Func<Node, string?> propose, int longest)
    {
        var sizes = new Dictionary<Node, int>();
        foreach (Node node in Nodes)
        {
            int size = 0;
            if (node.Inputs.Count > 0 && !names.ContainsKey(node))
                size = (int)Math.Min(1 + node.Inputs.Sum(i => (long)sizes.GetValueOrDefault(i)), int.MaxValue);
            if ((size > longest || (size > 2 && Uses(node) > 1)) && propose(node) is string name)
            {
                names.Add(node, name);
                size = 0;
            }

            sizes[node] = size;
        }
    }
}
