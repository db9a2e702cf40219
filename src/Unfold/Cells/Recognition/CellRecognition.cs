using Unfold.Cells.Graph;

namespace Unfold.Cells.Recognition;

/// <summary>
/// Finds a cell that other systems know by name, by the structure of its equations: through any names, orders and brackets of sums and products, both
/// directions of a gate (1 - sigmoid(a) = sigmoid(-a)), one, two or no biases, and matrices written as one over a concatenation.
/// </summary>
/// <remarks>
/// Both sides are brought into a normal form, sums of products of sigmoids, tanhs and states; then each assignment of the cell's functions to the
/// canonical gates is tried, and for each also the sigmoids turned round. There are never more than a few hundred.
/// </remarks>
internal static class CellRecognition
{
    private const int MaximumSigmoids = 4;
    private const int MaximumNodes = 200;

    /// <summary>What the cell is elsewhere; null when it has no name there.</summary>
    public static RecognizedCell? Recognize(CellGraph graph)
    {
        CellGraph lowered = Lowering.Lower(graph);
        StateVariable? hidden = lowered.States.FirstOrDefault(s => s.Next == lowered.Output && s.Next.Inputs.Count > 0);
        Node[] sigmoids = [.. lowered.Nodes.Where(n => n.Operation == Operation.Sigmoid)];
        if (hidden is null || lowered.States.Count > 2 || sigmoids.Length > MaximumSigmoids || lowered.Nodes.Count > MaximumNodes)
            return null;
        try
        {
            return Enumerable.Range(0, 1 << sigmoids.Length).OrderBy(set => int.PopCount(set))
                .Select(set => Recognize(lowered, hidden, sigmoids.Where((_, i) => (set >> i & 1) == 1).ToHashSet()))
                .FirstOrDefault(cell => cell is not null);
        }
        catch (TooLargeException)
        {
            return null;
        }
    }

    private static RecognizedCell? Recognize(CellGraph graph, StateVariable hidden, HashSet<Node> turned)
    {
        Dictionary<StateVariable, Polynomial> next = new PolynomialReader(graph, turned).NextValues();
        RecognizedCell? found = graph.States.Count == 2
            ? Lstm(graph, hidden, graph.States.First(s => s != hidden), next)
            : Plain(graph, hidden, next[hidden]) ?? Gru(graph, hidden, next[hidden]);
        return found is not null && UsesEveryParameterOnce(graph, found) ? found : null;
    }

    private static RecognizedCell? Plain(CellGraph graph, StateVariable h, Polynomial next)
    {
        if (next.SingleAtom is not { Node.Operation: Operation.Tanh or Operation.Relu } function
            || new GateReader(graph, h, null).Read("h", function) is not RecognizedGate gate)
            return null;
        RecognizedKind kind = function.Node!.Operation == Operation.Tanh ? RecognizedKind.RnnTanh : RecognizedKind.RnnRelu;
        return new RecognizedCell(kind, h.Name, null, [gate]);
    }

    private static RecognizedCell? Gru(CellGraph graph, StateVariable h, Polynomial next)
    {
        if (Functions(next, Operation.Sigmoid) is not [Atom z] || Functions(next, Operation.Tanh) is not [Atom n])
            return null;
        Polynomial take = Polynomial.Of(n), gate = Polynomial.Of(z);
        if (next.Key != (take - gate * take + gate * Polynomial.Of(Leaf(h.Previous))).Key)
            return null;
        var reader = new GateReader(graph, h, null);
        if (reader.Read("z", z) is not RecognizedGate update || reader.ReadReset(n) is not (Atom r, RecognizedGate candidate, bool after)
            || reader.Read("r", r) is not RecognizedGate reset)
            return null;
        return new RecognizedCell(after ? RecognizedKind.GruResetAfter : RecognizedKind.Gru, h.Name, null, [reset, update, candidate]);
    }

    private static RecognizedCell? Lstm(CellGraph graph, StateVariable h, StateVariable c, Dictionary<StateVariable, Polynomial> next)
    {
        RecognizedPart? projection = null;
        Polynomial output = next[h], memory = next[c];
        if (output.SingleAtom is { Node.Operation: Operation.Product } product)
        {
            projection = GateReader.Part(product.Node!.Inputs[0], negated: false);
            output = product.Argument!;
        }

        Polynomial old = Polynomial.Of(Leaf(c.Previous));
        Atom[] gates = [.. Functions(memory, Operation.Sigmoid)], candidates = [.. Functions(memory, Operation.Tanh)];
        if (Functions(output, Operation.Sigmoid) is not [Atom o] || Functions(output, Operation.Tanh) is not [Atom squashed] || candidates is not [Atom g]
            || squashed.Argument!.SingleAtom?.Key != PolynomialReader.NextKey(c) || output.Key != (Polynomial.Of(o) * Polynomial.Of(squashed)).Key)
            return null;

        Polynomial value = Polynomial.Of(g);
        if (gates is [Atom both] && memory.Key == (old - Polynomial.Of(both) * old + Polynomial.Of(both) * value).Key)
            return Finish(RecognizedKind.CoupledLstm, ("i", both), ("g", g), ("o", o));
        if (gates.Length != 2)
            return null;
        foreach ((Atom f, Atom i) in new[] { (gates[0], gates[1]), (gates[1], gates[0]) })
        {
            if (memory.Key == (Polynomial.Of(f) * old + Polynomial.Of(i) * value).Key)
                return Finish(projection is null ? RecognizedKind.Lstm : RecognizedKind.ProjectedLstm, ("i", i), ("f", f), ("g", g), ("o", o));
        }

        return null;

        RecognizedCell? Finish(RecognizedKind kind, params (string Name, Atom Atom)[] functions)
        {
            var reader = new GateReader(graph, h, c);
            RecognizedGate?[] read = [.. functions.Select(f => reader.Read(f.Name, f.Atom))];
            return read.Contains(null) || (projection is not null && kind != RecognizedKind.ProjectedLstm)
                ? null
                : new RecognizedCell(kind, h.Name, c.Name, [.. read.OfType<RecognizedGate>()], projection);
        }
    }

    private static List<Atom> Functions(Polynomial value, Operation operation) =>
        [.. value.Terms.SelectMany(t => t.Atoms).Where(a => a.Node?.Operation == operation && a.Argument is not null).DistinctBy(a => a.Key)];

    private static Atom Leaf(Node node) => new(PolynomialReader.LeafKey(node), node, null);

    private static bool UsesEveryParameterOnce(CellGraph graph, RecognizedCell cell)
    {
        RecognizedPart[] parts = [.. cell.Parts];
        return parts.DistinctBy(p => (p.Parameter, p.FirstColumn)).Count() == parts.Length
            && parts.Count(p => p.FirstColumn is not null) == graph.Nodes.Count(n => n.Operation == Operation.Columns)
            && parts.Select(p => p.Parameter).ToHashSet().SetEquals(graph.Parameters.Select(p => p.Name));
    }
}
