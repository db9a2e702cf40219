using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>
/// Writes an adjoint as a student would: <c>d v</c> is the loss's gradient of v, <c>δv</c> that of what stands inside v's function; parameters'
/// gradients are sums over time of outer products.
/// </summary>
internal sealed class AdjointPrinter
{
    private readonly Adjoint _adjoint;
    private readonly CellGraph _graph;
    private readonly Dictionary<Node, string> _names;
    private readonly ExpressionText _text;

    /// <summary>Values that get a line of their own.</summary>
    private readonly List<Node> _defined = [];

    private readonly MadeUpNames _madeUp;

    private AdjointPrinter(Adjoint adjoint)
    {
        _adjoint = adjoint;
        _graph = adjoint.Forward;
        _names = GraphPrinter.DefinedNames(_graph);
        _madeUp = new MadeUpNames(_names.Values);
        _text = new ExpressionText(_names.GetValueOrDefault, flatten: true);
    }

    /// <summary>The adjoint's equations, a value a line.</summary>
    public static string Print(Adjoint adjoint) => new AdjointPrinter(adjoint).Print();

    private string Print()
    {
        List<(string Name, string Text)> steps = NameIncoming();
        NameForwardValues();
        NameGradientsOfNextValues();
        NameGradientsInsideFunctions();
        NameGradientsOfLeaves();
        NameTheRest();

        HashSet<Node> read = [.. Written(_defined).Nodes];
        var results = new List<(string Name, string Text)>();
        foreach (Node node in _defined.OrderBy(n => n.Id).Where(n => read.Contains(n) || !IsResult(n)))
            steps.Add((_names[node], _text.DefinitionOf(node)));
        AddResult("d x", _adjoint.InputGradient);
        for (int s = 0; s < _graph.States.Count; s++)
            AddResult("d " + _graph.States[s].Name, _adjoint.PreviousGradients[s]);
        foreach (IGrouping<string, ParameterGradient> parameter in _adjoint.ParameterGradients.GroupBy(ParameterText))
            results.Add(("d " + parameter.Key, "sum_t " + SumOf([.. parameter.Select(g => g.Term)])));
        foreach (StateVariable state in _graph.States.Where(s => s.Initial == InitialState.Learned))
            results.Add(($"d {state.Name}0", $"sum_n d {state.Name} at t = 1"));
        return Header() + Lines(steps) + Lines(results);

        bool IsResult(Node node) => node == _adjoint.InputGradient || _adjoint.PreviousGradients.Contains(node);

        void AddResult(string name, Node? node)
        {
            if (node is null)
                results.Add((name, "0"));
            else if (!_names.TryGetValue(node, out string? known) || known != name)
                results.Add((name, _text.Of(node)));
            else if (!read.Contains(node))
                results.Add((name, _text.DefinitionOf(node)));
        }
    }

    /// <summary>
    /// Names what comes in. A next value's gradient that is only that still gets its line, <c>d c' = d c[t+1]</c>, and is <c>d c'</c> from there on.
    /// </summary>
    private List<(string Name, string Text)> NameIncoming()
    {
        var lines = new List<(string Name, string Text)>();
        _names[_adjoint.OutputGradient] = "d output";
        for (int s = 0; s < _graph.States.Count; s++)
        {
            StateVariable state = _graph.States[s];
            Node incoming = _adjoint.NextGradients[s];
            _names[incoming] = $"d {state.Name}[t+1]";
            if (state.Next.Inputs.Count == 0 || _adjoint.NodeGradients.GetValueOrDefault(state.Next) != incoming)
                continue;
            lines.Add(($"d {state.Name}'", _names[incoming]));
            _names[incoming] = $"d {state.Name}'";
        }

        return lines;
    }

    /// <summary>Forward values without a name that the gradients use more than once.</summary>
    private void NameForwardValues()
    {
        var forward = new HashSet<Node>(_graph.Nodes);
        Written([]).NameLarge(_names, n => forward.Contains(n) ? MadeUp(n) : null, longest: 60);
    }

    private void NameGradientsOfNextValues()
    {
        foreach (StateVariable state in _graph.States.Where(s => s.Next.Inputs.Count > 0))
            NameGradient(state.Next, $"d {state.Name}'");
    }

    /// <summary>In <c>f = sigmoid(a)</c>, where only f uses a: the gradient of a is δf, or <c>d a</c> if it has a name.</summary>
    private void NameGradientsInsideFunctions()
    {
        foreach (IGrouping<Node, Node> users in _graph.Nodes.SelectMany(n => n.Inputs.Distinct().Select(i => (Input: i, User: n))).GroupBy(p => p.Input, p => p.User))
        {
            if (users.Key.Inputs.Count > 0 && users.Count() == 1 && IsFunction(users.First().Operation) && _names.TryGetValue(users.First(), out string? user))
                NameGradient(users.Key, _names.TryGetValue(users.Key, out string? own) ? "d " + own : "δ" + user);
        }

        static bool IsFunction(Operation operation) => operation is >= Operation.Sigmoid and <= Operation.Clip;
    }

    private void NameGradientsOfLeaves()
    {
        NameGradient(_graph.Input, "d x");
        foreach (StateVariable state in _graph.States)
            NameGradient(state.Previous, "d " + state.Name);
    }

    /// <summary>Names what is used more than once: after the value whose gradient it is, if it is one, and else v1, v2, …</summary>
    private void NameTheRest()
    {
        SharedNodes shared = Written(_defined);
        foreach (Node node in _graph.Nodes.Reverse().Where(n => n.Inputs.Count > 0).OrderBy(n => !_names.ContainsKey(n)))
        {
            if (!_adjoint.NodeGradients.TryGetValue(node, out Node? gradient) || shared.Uses(gradient) < 2 || _names.ContainsKey(gradient))
                continue;
            NameGradient(node, _names.TryGetValue(node, out string? own) ? "d " + own : ShortText(node) ?? "d " + (_names[node] = MadeUp(node)));
        }

        shared.NameLarge(_names, n => n.Operation is Operation.Outer or Operation.Transpose ? null : MadeUp(n), longest: 24);

        string? ShortText(Node node) => _text.Of(node) is { Length: <= 24 } text ? $"d({text})" : null;
    }

    private string MadeUp(Node node)
    {
        _defined.Add(node);
        return _madeUp.Next();
    }

    private void NameGradient(Node node, string name)
    {
        if (_adjoint.NodeGradients.TryGetValue(node, out Node? gradient) && gradient.Inputs.Count > 0 && _names.TryAdd(gradient, name))
            _defined.Add(gradient);
    }

    private SharedNodes Written(IReadOnlyCollection<Node> defined)
    {
        HashSet<Node> withLine = [.. defined], terms = [.. _adjoint.ParameterGradients.Select(g => g.Term)];
        IEnumerable<Node?> results = terms.Concat<Node?>(_adjoint.PreviousGradients).Append(_adjoint.InputGradient);
        IEnumerable<Node> written = results.OfType<Node>().Where(n => !withLine.Contains(n) || terms.Contains(n));
        return new SharedNodes(written, defined, _names.GetValueOrDefault, withMasks: false);
    }

    private static string ParameterText(ParameterGradient gradient) =>
        gradient.ColumnOffset is null
            ? gradient.Parameter.Name
            : $"{gradient.Parameter.Name}[.., {gradient.ColumnOffset}..{gradient.ColumnOffset + gradient.Term.Shape[1]}]";

    private string SumOf(List<Node> terms)
    {
        if (terms.Count == 1)
            return _text.TermOf(terms[0]);
        string sum = string.Join(" + ", terms.Select(_text.TermOf));
        return $"({sum})";
    }

    private string Header()
    {
        string after = _graph.States.Count > 0 ? "; [t+1]: from the step after" : "";
        string learned = _graph.States.Any(s => s.Initial == InitialState.Learned) ? ", sum_n over sequences" : "";
        string[] masks = [.. _graph.Nodes.Where(n => n.Operation == Operation.Mask).OrderBy(n => n.Place).Select(_text.Of)];
        string drawn = masks.Length == 0 ? "" : $"\n# {string.Join(", ", masks)}: what dropout and zoneout drew, in the text's order.";
        string norm = _adjoint.Nodes.Any(n => n.Operation == Operation.NormalizeAdjoint)
            ? "\n# norm_gradient(d, v) = (d - mean(d) - y * mean(d * y)) / sqrt(variance of v + 1e-5), y = norm(v)." : "";
        return $"""
            # {_graph.Name} backwards, t = T … 1. d v: the loss's gradient of v; δv: of what stands inside v's function{after}.
            # sum_t adds over steps and sequences{learned}. U^T is U transposed.{drawn}{norm}

            """;
    }

    private static string Lines(List<(string Name, string Text)> lines)
    {
        int width = lines.Count == 0 ? 0 : lines.Max(l => l.Name.Length <= 8 ? l.Name.Length : 0);
        return string.Concat(lines.Select(l => $"{l.Name.PadRight(width)} = {l.Text}\n"));
    }
}
