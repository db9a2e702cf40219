using Unfold.Cells.Graph;

namespace Unfold.Cells.Schedule;

/// <summary>
/// Turns nodes into values for given sizes. One translator serves a cell's forward graph and its adjoint, so that both speak of the same forward values.
/// </summary>
internal sealed class Translator
{
    private readonly CellGraph _graph;
    private readonly IReadOnlyDictionary<string, int> _sizes;
    private readonly Dictionary<Node, int> _parameters = [];
    private readonly Dictionary<Node, Value> _values = [];
    private int _nextId;

    /// <param name="graph">The lowered forward graph.</param>
    /// <param name="sizes">The value of every named size.</param>
    public Translator(CellGraph graph, IReadOnlyDictionary<string, int> sizes)
    {
        _graph = graph;
        _sizes = sizes;
        for (int i = 0; i < graph.Parameters.Count; i++)
            _parameters.Add(graph.Parameters[i].Node, i);
    }

    /// <summary>How often each node is an input of a live node or a root: a product or a sum used once may merge into its user.</summary>
    public Dictionary<Node, int> Uses { get; set; } = [];

    /// <summary>The value of a node.</summary>
    public Value Of(Node node)
    {
        if (!_values.TryGetValue(node, out Value? value))
            _values.Add(node, value = Translate(node));
        return value;
    }

    /// <summary>
    /// The value of a node that ends in memory of its own (a gradient handed to the step before or to x): what is not a product is stored there first and
    /// the products are added onto it.
    /// </summary>
    public Value OfOutput(Node node)
    {
        var products = new List<Node>();
        var rest = new List<Node>();
        Flatten(node, isRoot: true, products, rest);
        if (products.Count == 0)
            return Of(node);
        return Accumulator(node, products, null, [.. rest.GroupBy(r => r).Select(
            same => same.Count() == 1 ? Of(same.Key) : Make(same.Key, OpCode.Scale, [Of(same.Key)], same.Count()))]);
    }

    private int WidthOf(Node node) => node.Shape.Aggregate(1, (size, dimension) => checked(size * dimension.Resolve(_sizes)));

    private Value Translate(Node node)
    {
        switch (node.Operation)
        {
            case Operation.Input or Operation.State:
                return Make(node, ValueKind.Leaf);
            case Operation.Incoming:
                // A gradient from the step after is gone at the next step: what must last is a copy.
                Value leaf = Make(node, ValueKind.Leaf);
                return node.Name == Adjoint.OutputGradientName ? leaf : Make(node, OpCode.Copy, [leaf]);
            case Operation.Parameter or Operation.Constant:
                return Make(node, ValueKind.Vector, v: node.Value);
            case Operation.InverseCount:
                return Make(node, ValueKind.Vector, v: 1.0 / WidthOf(node.Inputs[0]));
            case Operation.Mask:
                return Make(node, OpCode.FillMask, [], node.Value);
            case Operation.Product when IsWeight(node.Inputs[0]):
                return Accumulator(node, [node], null, []);
            case Operation.Product or Operation.Outer or Operation.Transpose or Operation.Slice or Operation.Concat:
                return Make(node, ValueKind.Coupling, [.. node.Inputs.Select(Of)]);
            case Operation.Columns:
                throw new InvalidOperationException("Columns of a matrix occur only in products.");
            case Operation.Sum when IsOwnMultiplication(node.Inputs[0], node.Inputs[0]):
                return Make(node, OpCode.Dot, [.. node.Inputs[0].Inputs.Select(Of)]);
            case Operation.Sum or Operation.Mean or Operation.RowMaximum or Operation.Broadcast:
                return Make(node, Enum.Parse<OpCode>(node.Operation.ToString()), [Of(node.Inputs[0])]);
            case Operation.Add:
                return TranslateSum(node);
            case Operation.Subtract or Operation.Multiply or Operation.Divide:
                return TranslateArithmetic(node, node.Inputs[0], node.Inputs[1]);
            case Operation.Normalize:
                Value vector = Of(node.Inputs[0]);
                Value mean = NumberOfRow(node, OpCode.Mean, vector);
                return Make(node, ValueKind.Elementwise, [vector, mean, NumberOfRow(node, OpCode.InverseDeviation, vector, mean)], OpCode.Normalize);
            case Operation.NormalizeAdjoint:
                Value norm = Of(node.Inputs[2]);
                return Make(node, ValueKind.Elementwise, [Of(node.Inputs[0]), norm, norm.Inputs[2]], OpCode.NormalizeAdjoint);
            case Operation.Minimum or Operation.Maximum or Operation.GreaterOrEqual:
                return Make(node, Enum.Parse<OpCode>(node.Operation.ToString()), [Of(node.Inputs[0]), Of(node.Inputs[1])]);
            default:
                return Make(node, Enum.Parse<OpCode>(node.Operation.ToString()), [Of(node.Inputs[0])], node.Value, node.Upper);
        }
    }

    private Value TranslateSum(Node node)
    {
        var products = new List<Node>();
        var rest = new List<Node>();
        Flatten(node, isRoot: true, products, rest);
        if (products.Count == 0)
            return TranslateAddition(node, null, node.Inputs[0], node.Inputs[1]);

        Node? bias = rest.Find(r => r.Operation == Operation.Parameter && r.HasShape(node));
        if (bias is not null)
            rest.Remove(bias);
        Value sum = Accumulator(node, products, bias is null ? null : Of(bias), []);
        foreach (Node term in rest)
            sum = TranslateAddition(node, sum, null, term);
        return sum;
    }

    /// <summary>
    /// left + right, the left being a value or a node; a product of two on either side becomes part of the instruction.
    /// </summary>
    private Value TranslateAddition(Node node, Value? left, Node? leftNode, Node right)
    {
        if (leftNode is not null && IsNumber(leftNode, out double number))
            return Make(node, OpCode.AddScalar, [Of(right)], number);
        if (IsNumber(right, out number))
            return Make(node, OpCode.AddScalar, [left ?? Of(leftNode!)], number);
        if (leftNode is not null && (OfTwoProducts(node, leftNode, right) ?? OfTwoProducts(node, right, leftNode)) is Value both)
            return both;
        (Value A, Value B)? rightProduct = ProductIn(right, node), leftProduct = leftNode is null ? null : ProductIn(leftNode, node);
        if (leftProduct is null && rightProduct is null)
        {
            if (IsOwn(right, Operation.Negate))
                return Make(node, OpCode.Subtract, [left ?? Of(leftNode!), Of(right.Inputs[0])]);
            return leftNode is not null && IsOwn(leftNode, Operation.Negate)
                ? Make(node, OpCode.Subtract, [Of(right), Of(leftNode.Inputs[0])])
                : Make(node, OpCode.Add, [left ?? Of(leftNode!), Of(right)]);
        }

        if (leftProduct is (Value a, Value b))
        {
            return rightProduct is (Value c, Value d)
                ? Make(node, OpCode.MultiplyMultiplyAdd, [a, b, c, d])
                : Make(node, OpCode.MultiplyAdd, [a, b, Of(right)]);
        }

        return Make(node, OpCode.MultiplyAdd, [rightProduct!.Value.A, rightProduct.Value.B, left ?? Of(leftNode!)]);
    }

    /// <summary>The factors of a product that can become part of its user's instruction. A minus before it goes to a factor that is the same for all rows.</summary>
    private (Value A, Value B)? ProductIn(Node node, Node user)
    {
        bool isNegated = IsOwn(node, Operation.Negate);
        Node product = isNegated ? node.Inputs[0] : node;
        if (!IsOwnMultiplication(product, user))
            return null;
        Value a = Of(product.Inputs[0]), b = Of(product.Inputs[1]);
        if (!isNegated)
            return (a, b);
        if (b.Kind == ValueKind.Vector)
            return (a, Make(product.Inputs[1], OpCode.Negate, [b]));
        return a.Kind == ValueKind.Vector ? (b, Make(product.Inputs[0], OpCode.Negate, [a])) : null;
    }

    /// <summary>Recognises f · a + (1 - f) · b, as gates write it, and d · a - d · b, which is what it gives the gradient of f.</summary>
    private Value? OfTwoProducts(Node node, Node first, Node second)
    {
        if (!IsOwnMultiplication(first, node))
            return null;
        bool isDifference = IsOwn(second, Operation.Negate);
        Node other = isDifference ? second.Inputs[0] : second;
        if (!IsOwnMultiplication(other, node))
            return null;
        for (int i = 0; i < 4; i++)
        {
            Node factor = first.Inputs[i & 1], a = first.Inputs[1 - (i & 1)], otherFactor = other.Inputs[i >> 1], b = other.Inputs[1 - (i >> 1)];
            if (isDifference && factor == otherFactor)
                return Make(node, OpCode.SubtractMultiply, [Of(a), Of(b), Of(factor)]);
            if (!isDifference && IsOneMinus(otherFactor, out Node? f) && f == factor)
                return Make(node, OpCode.Lerp, [Of(f), Of(a), Of(b)]);
        }

        return null;
    }

    /// <summary>Whether a node is of an operation and nobody else needs it.</summary>
    private bool IsOwn(Node node, Operation operation) =>
        node.Operation == operation && Uses.GetValueOrDefault(node) <= 1 && !_values.ContainsKey(node);

    private Value TranslateArithmetic(Node node, Node left, Node right)
    {
        if (IsNumber(left, out double number))
        {
            if (node.Operation == Operation.Multiply)
                return Make(node, OpCode.Scale, [Of(right)], number);
            if (node.Operation == Operation.Subtract)
                return Make(node, OpCode.ReverseSubtract, [Of(right)], number);
        }
        else if (IsNumber(right, out number))
        {
            if (node.Operation == Operation.Multiply)
                return Make(node, OpCode.Scale, [Of(left)], number);
            if (node.Operation == Operation.Subtract)
                return Make(node, OpCode.AddScalar, [Of(left)], -number);
        }

        if (node.Operation == Operation.Multiply && Derivative(right) is (OpCode alone, OpCode product, Node of) && of.HasShape(node))
        {
            return IsOwnMultiplication(left, node)
                ? Make(node, product, [Of(left.Inputs[0]), Of(left.Inputs[1]), Of(of)])
                : Make(node, alone, [Of(left), Of(of)]);
        }

        return Make(node, Enum.Parse<OpCode>(node.Operation.ToString()), [Of(left), Of(right)]);
    }

    /// <summary>Recognises y · (1 - y) and 1 - y², which the table of local gradients writes for sigmoid and tanh.</summary>
    private static (OpCode Alone, OpCode Product, Node Of)? Derivative(Node node)
    {
        if (node.Operation == Operation.Multiply && IsOneMinus(node.Inputs[1], out Node? y) && y == node.Inputs[0])
            return (OpCode.SigmoidAdjoint, OpCode.SigmoidAdjointMultiply, y);
        if (IsOneMinus(node, out Node? square) && square.Operation == Operation.Square)
            return (OpCode.TanhAdjoint, OpCode.TanhAdjointMultiply, square.Inputs[0]);
        return null;
    }

    private static bool IsOneMinus(Node node, out Node of)
    {
        of = node.Operation == Operation.Subtract ? node.Inputs[1] : node;
        return node.Operation == Operation.Subtract && IsNumber(node.Inputs[0], out double number) && number == 1;
    }

    private static bool IsNumber(Node node, out double number)
    {
        number = node.Value;
        return node.Operation == Operation.Constant;
    }

    private bool IsOwnMultiplication(Node node, Node user) =>
        node.Operation == Operation.Multiply && Uses.GetValueOrDefault(node) <= 1 && node.HasShape(user)
        && IsRowOf(node.Inputs[0], node) && IsRowOf(node.Inputs[1], node) && !_values.ContainsKey(node) && Derivative(node.Inputs[1]) is null;

    /// <summary>Whether an instruction for a node's rows can read this as it is.</summary>
    private bool IsRowOf(Node input, Node node) => input.HasShape(node) || (input.IsScalar && !IsNumber(input, out _) && Of(input).Kind == ValueKind.Vector);

    private bool IsWeight(Node matrix) => matrix.Operation switch
    {
        Operation.Parameter => true,
        Operation.Columns or Operation.Transpose => IsWeight(matrix.Inputs[0]),
        _ => false,
    };

    /// <summary>The terms of a sum. Sums and products that someone else needs too are terms of their own.</summary>
    private void Flatten(Node node, bool isRoot, List<Node> products, List<Node> rest)
    {
        bool own = isRoot || (Uses.GetValueOrDefault(node) <= 1 && !_values.ContainsKey(node));
        if (own && node.Operation == Operation.Add && node.Inputs[0].HasShape(node) && node.Inputs[1].HasShape(node))
        {
            Flatten(node.Inputs[0], false, products, rest);
            Flatten(node.Inputs[1], false, products, rest);
        }
        else if (own && node.Operation == Operation.Product && IsWeight(node.Inputs[0]))
        {
            products.Add(node);
        }
        else
        {
            rest.Add(node);
        }
    }

    private Value Accumulator(Node origin, List<Node> products, Value? bias, IReadOnlyList<Value> initial) => new()
    {
        Id = _nextId++,
        Kind = ValueKind.Accumulator,
        Origin = origin,
        Width = WidthOf(origin),
        HomeWidth = WidthOf(origin),
        Terms = [.. products.Select(p => new ProductTerm(Reference(p.Inputs[0], false), Of(p.Inputs[1])))],
        Bias = bias,
        Initial = initial,
    };

    private WeightReference Reference(Node matrix, bool transposed)
    {
        if (matrix.Operation == Operation.Transpose)
            return Reference(matrix.Inputs[0], !transposed);
        Node parameter = matrix.Operation == Operation.Columns ? matrix.Inputs[0] : matrix;
        return new WeightReference(
            _parameters[parameter], parameter.Shape[0].Resolve(_sizes), matrix.Offset?.Resolve(_sizes) ?? 0,
            matrix.Shape[1].Resolve(_sizes), parameter.Shape[1].Resolve(_sizes), transposed);
    }

    /// <summary>A number beside a row that is normalised. With the inverse deviation and the result, the gradient needs the row no more.</summary>
    private Value NumberOfRow(Node node, OpCode op, Value vector, params Value[] numbers) => new()
    {
        Id = _nextId++,
        Kind = ValueKind.Elementwise,
        Width = 1,
        IsRow = true,
        HomeWidth = vector.Width,
        Origin = node,
        Op = op,
        Inputs = [vector, .. numbers],
    };

    private Value Make(Node node, OpCode op, Value[] inputs, double v = 0, double w = 0)
    {
        // What is made of parameters alone is the same for all rows and steps: a vector like them.
        if (inputs.Length > 0 && inputs.All(i => i.Kind == ValueKind.Vector))
        {
            if (op == OpCode.Broadcast)
                return inputs[0];
            if (IsElementwise(op))
                return Make(node, ValueKind.Vector, inputs, op, v, w);
        }

        if (WithRows(op) is OpCode withRows && !node.IsScalar)
        {
            if (RowOf(inputs[1]) is Value right && RowOf(inputs[0]) is null)
                return Make(node, ValueKind.Elementwise, [inputs[0], right], withRows, v, w);
            if (op != OpCode.Subtract && RowOf(inputs[0]) is Value left && RowOf(inputs[1]) is null)
                return Make(node, ValueKind.Elementwise, [inputs[1], left], withRows, v, w);
        }

        return Make(node, ValueKind.Elementwise, Widen(node, op, inputs), op, v, w);
    }

    private static bool IsElementwise(OpCode op) => op is not (OpCode.Sum or OpCode.Dot or OpCode.Mean or OpCode.RowMaximum or OpCode.Broadcast or OpCode.FillMask);

    /// <summary>The instruction that does the same with one number a row on the right.</summary>
    private static OpCode? WithRows(OpCode op) => op switch
    {
        OpCode.Add => OpCode.AddRows,
        OpCode.Subtract => OpCode.SubtractRows,
        OpCode.Multiply => OpCode.MultiplyRows,
        _ => null,
    };

    /// <summary>The value of one number a row that this is, or that it is made from.</summary>
    private static Value? RowOf(Value value) =>
        value.Kind == ValueKind.Vector ? null
        : value.IsRow ? value
        : value is { Kind: ValueKind.Elementwise, Op: OpCode.Broadcast } ? RowOf(value.Inputs[0]) : null;

    /// <summary>Elementwise operands that are one number a row become whole rows where the result is.</summary>
    private Value[] Widen(Node node, OpCode op, Value[] inputs)
    {
        if (node.IsScalar || op == OpCode.Broadcast)
            return inputs;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].IsRow && inputs[i].Kind != ValueKind.Vector)
                inputs[i] = Make(node, ValueKind.Elementwise, [inputs[i]], OpCode.Broadcast);
        }

        return inputs;
    }

    private Value Make(Node node, ValueKind kind, Value[]? inputs = null, OpCode op = default, double v = 0, double w = 0)
    {
        inputs ??= [];
        int width = WidthOf(node);
        int home = width;
        if (node.IsScalar)
            home = inputs.Select(i => i.HomeWidth).FirstOrDefault(h => h > 0);
        return new Value
        {
            Id = _nextId++,
            Kind = kind,
            Width = width,
            IsRow = node.IsScalar,
            HomeWidth = home,
            Origin = node,
            Op = op,
            Inputs = inputs,
            V = v,
            W = w,
            Columns = node.IsMatrix ? node.Shape[0].Resolve(_sizes) : 0,
        };
    }
}
