using Unfold.Cells.Graph;

namespace Unfold.Cells.Syntax;

/// <summary>Makes the graph of a text whose names and shapes are known to be right.</summary>
internal sealed class GraphReader(SymbolTable symbols)
{
    private readonly GraphBuilder _builder = new();
    private readonly Dictionary<Symbol, Node> _leaves = [];
    private readonly Dictionary<Definition, Node> _defined = [];

    public CellGraph Read(string name, IReadOnlyList<Definition> ordered)
    {
        Node input = Leaf(symbols["x"]);
        Symbol[] states = [.. symbols.All.Where(s => s.Kind == SymbolKind.State)];
        foreach (Symbol state in states)
            Leaf(state);
        foreach (Definition definition in ordered)
            Define(definition);

        Definition output = symbols.Output ?? symbols["h"].Definition!;
        StateVariable[] variables = [.. states.Select(s => Variable(s))];
        Symbol[] parameters = [.. symbols.UsedParameters];
        HashSet<Node> kept = Lowering.Reachable(variables.Select(s => s.Next).Concat(variables.Select(s => s.Previous)).Append(_defined[output]).Append(input));
        Node[] nodes = [.. _builder.Nodes.Where(kept.Contains)];
        var defaults = new DefaultInitialization(nodes);
        return new CellGraph(
            name, nodes, input, _defined[output], variables,
            [.. parameters.Where(p => kept.Contains(_leaves[p])).Select(p => Parameter(p, defaults))],
            symbols.Sizes.ToDictionary(s => s.Key, s => s.Value.Value));
    }

    private ParameterVariable Parameter(Symbol symbol, DefaultInitialization defaults)
    {
        Node node = _leaves[symbol];
        return new ParameterVariable(symbol.Name, node, symbol.Init is null ? defaults.Of(node) : Initializations.Of(symbol.Init), symbol.Trained);
    }

    private StateVariable Variable(Symbol symbol)
    {
        (InitialState initial, double value) = Initializations.OfState(symbol.Init);
        return new StateVariable(symbol.Name, _leaves[symbol], symbol.Definition is null ? _leaves[symbol] : _defined[symbol.Definition], initial, value);
    }

    private void Define(Definition definition)
    {
        Node node = Build(definition.Value);
        if (definition.Primed && node.IsScalar)
            node = _builder.Broadcast(node, _leaves[symbols[definition.Name.Text]]);
        if (node.Inputs.Count > 0)
            node.Name ??= definition.Label;
        _defined[definition] = node;
    }

    private Node Leaf(Symbol symbol)
    {
        if (_leaves.TryGetValue(symbol, out Node? known))
            return known;
        Dimension Size(SizeTerm term) => SizeSolver.Final(term).ToDimension();
        Node leaf = symbol.Kind switch
        {
            SymbolKind.Input => _builder.Leaf(Operation.Input, "x", Size(symbol.Rows)),
            SymbolKind.State => _builder.Leaf(Operation.State, symbol.Name, Size(symbol.Rows)),
            SymbolKind.Constant => _builder.Constant(symbol.Value, symbol.Name),
            SymbolKind.Scalar => _builder.Leaf(Operation.Parameter, symbol.Name),
            SymbolKind.Vector => _builder.Leaf(Operation.Parameter, symbol.Name, Size(symbol.Rows)),
            SymbolKind.Matrix => _builder.Leaf(Operation.Parameter, symbol.Name, Size(symbol.Rows), Size(symbol.Columns)),
            _ => throw new InvalidOperationException($"`{symbol.Name}` is not a leaf."),
        };
        _leaves.Add(symbol, leaf);
        return leaf;
    }

    private Node Build(Expression expression)
    {
        switch (expression)
        {
            case NumberExpression number: return _builder.Constant(number.Value);
            case NegateExpression negate: return _builder.Unary(Operation.Negate, Build(negate.Operand));
            case NameExpression name:
                Symbol symbol = symbols[name.Name];
                return symbol.Kind == SymbolKind.Intermediate || name.Primed ? _defined[symbol.Definition!] : Leaf(symbol);
            case ProductExpression product: return _builder.Product(Leaf(symbols[product.Matrix.Name]), Build(product.Operand));
            case ConcatExpression concat: return _builder.Concat([.. concat.Parts.Select(Build)]);
            case CallExpression call: return Call(call);
            case ChainExpression chain:
                Node sum = Build(chain.Operands[0]);
                for (int i = 0; i < chain.Operators.Count; i++)
                    sum = Combine(chain.Operators[i].Kind, sum, Build(chain.Operands[i + 1]));
                return sum;
            default: throw new InvalidOperationException($"No graph for {expression.GetType().Name}.");
        }
    }

    private Node Combine(TokenKind sign, Node left, Node right) => sign switch
    {
        TokenKind.Plus => _builder.Add(left, right),
        TokenKind.Minus => _builder.Subtract(left, right),
        TokenKind.Star => _builder.Multiply(left, right),
        _ => _builder.Divide(left, right),
    };

    private Node Call(CallExpression call)
    {
        Function function = call.Function;
        Node first = Build(call.Arguments[0]);
        Node? second = function.Values > 1 ? Build(call.Arguments[1]) : null;
        double[] numbers = [.. call.Arguments.Skip(function.Values).Select(a => Numbers.Of(a, symbols)!.Value)];
        switch (function.Name)
        {
            case "softmax": return _builder.Softmax(first);
            case "norm": return _builder.Norm(first);
            case "dot": return _builder.Dot(first, second!);
            case "sum" or "mean": return _builder.Reduce(function.Operation, first);
            case "min" or "max": return _builder.Binary(function.Operation, first, second!);
            case "elu": return _builder.Unary(Operation.Elu, first, 1);
            case "leaky_relu": return _builder.Unary(Operation.LeakyRelu, first, numbers[0]);
            case "clip": return _builder.Unary(Operation.Clip, first, numbers[0], numbers[1]);
            case "dropout": return _builder.Multiply(first, _builder.Mask(MaskKind.DropoutOfSequence, numbers[0], call.Place, first.Shape));
            case "zoneout":
                Node mask = _builder.Mask(MaskKind.ZoneoutOfStep, numbers[0], call.Place, first.IsScalar ? second!.Shape : first.Shape);
                return _builder.Add(_builder.Multiply(mask, second!), _builder.Multiply(_builder.Subtract(_builder.Constant(1), mask), first));
            default: return _builder.Unary(function.Operation, first);
        }
    }
}
