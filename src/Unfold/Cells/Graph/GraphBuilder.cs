namespace Unfold.Cells.Graph;

/// <summary>
/// Makes nodes: infers each result's shape, gives equal expressions the same node, and folds arithmetic with 0 and 1 away so that adjoints stay
/// readable. Shapes that do not fit throw <see cref="ShapeMismatchException"/>; the reader checks before it asks and never lets one through.
/// </summary>
internal sealed class GraphBuilder
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Key, Node> _known = [];
    private int _nextId;

    /// <summary>Every node made so far; inputs before their users.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Takes over the nodes of a finished graph, so that more can be added to it.</summary>
    public void Adopt(CellGraph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            _nodes.Add(node);
            _known[new Key(node)] = node;
            _nextId = Math.Max(_nextId, node.Id + 1);
        }
    }

    public Node Leaf(Operation operation, string name, params Dimension[] shape) =>
        Make(new Node(_nextId, operation, [], shape) { Name = name });

    public Node Constant(double value, string? name = null) =>
        Make(new Node(_nextId, Operation.Constant, [], []) { Value = value, Name = name });

    public Node Mask(MaskKind kind, double probability, int place, IReadOnlyList<Dimension> shape) =>
        Make(new Node(_nextId, Operation.Mask, [], [.. shape]) { MaskKind = kind, Value = probability, Place = place });

    /// <summary>An elementwise function of one value, with its numbers where it has any (slope or lower bound, upper bound).</summary>
    public Node Unary(Operation operation, Node operand, double value = 0, double upper = 0)
    {
        if (operation == Operation.Negate)
        {
            if (operand.Operation == Operation.Negate)
                return operand.Inputs[0];
            if (IsUnnamedConstant(operand))
                return Constant(-operand.Value);
        }

        return Make(new Node(_nextId, operation, [operand], [.. operand.Shape]) { Value = value, Upper = upper });
    }

    public Node Add(Node left, Node right) =>
        IsNumber(left, 0) && Covers(right, left) ? right
        : IsNumber(right, 0) && Covers(left, right) ? left
        : Binary(Operation.Add, left, right);

    public Node Subtract(Node left, Node right) =>
        IsNumber(right, 0) && Covers(left, right) ? left
        : IsNumber(left, 0) && Covers(right, left) ? Unary(Operation.Negate, right)
        : Binary(Operation.Subtract, left, right);

    public Node Multiply(Node left, Node right) =>
        IsNumber(left, 1) && Covers(right, left) ? right
        : IsNumber(right, 1) && Covers(left, right) ? left
        : Binary(Operation.Multiply, left, right);

    public Node Divide(Node left, Node right) => IsNumber(right, 1) && Covers(left, right) ? left : Binary(Operation.Divide, left, right);

    /// <summary>Any elementwise operation of two values; a scalar is broadcast.</summary>
    public Node Binary(Operation operation, Node left, Node right)
    {
        if (!left.HasShape(right) && !left.IsScalar && !right.IsScalar)
            throw new ShapeMismatchException(operation, left, right);
        if (left.Operation == Operation.Broadcast && !right.IsScalar)
            left = left.Inputs[0];
        else if (right.Operation == Operation.Broadcast && !left.IsScalar)
            right = right.Inputs[0];
        if (IsUnnamedConstant(left) && IsUnnamedConstant(right) && Fold(operation, left.Value, right.Value) is double folded)
            return Constant(folded);
        return Make(new Node(_nextId, operation, [left, right], [.. left.IsScalar ? right.Shape : left.Shape]));
    }

    public Node Product(Node matrix, Node vector)
    {
        if (!matrix.IsMatrix || vector.Shape.Count != 1 || !matrix.Shape[1].Equals(vector.Shape[0]))
            throw new ShapeMismatchException(Operation.Product, matrix, vector);
        return Make(new Node(_nextId, Operation.Product, [matrix, vector], [matrix.Shape[0]]));
    }

    public Node Transpose(Node matrix) =>
        matrix.Operation == Operation.Transpose ? matrix.Inputs[0]
        : matrix.IsMatrix ? Make(new Node(_nextId, Operation.Transpose, [matrix], [matrix.Shape[1], matrix.Shape[0]]))
        : throw new ShapeMismatchException(Operation.Transpose, matrix, matrix);

    public Node Outer(Node left, Node right) =>
        left.Shape.Count == 1 && right.Shape.Count == 1
            ? Make(new Node(_nextId, Operation.Outer, [left, right], [left.Shape[0], right.Shape[0]]))
            : throw new ShapeMismatchException(Operation.Outer, left, right);

    public Node Concat(params Node[] parts)
    {
        Dimension size = parts[0].Shape[0];
        for (int i = 1; i < parts.Length; i++)
            size += parts[i].Shape[0];
        return parts.Length == 1 ? parts[0] : Make(new Node(_nextId, Operation.Concat, parts, [size]));
    }

    public Node Slice(Node vector, Dimension offset, Dimension length) =>
        Make(new Node(_nextId, Operation.Slice, [vector], [length]) { Offset = offset });

    public Node Columns(Node matrix, Dimension offset, Dimension length) =>
        Make(new Node(_nextId, Operation.Columns, [matrix], [matrix.Shape[0], length]) { Offset = offset });

    /// <summary>A scalar given the shape of <paramref name="like"/>.</summary>
    public Node Broadcast(Node scalar, Node like) =>
        like.IsScalar ? scalar : Make(new Node(_nextId, Operation.Broadcast, [scalar], [.. like.Shape]));

    /// <summary>Sum, Mean, InverseCount or RowMaximum of all elements: a scalar.</summary>
    public Node Reduce(Operation operation, Node operand) => Make(new Node(_nextId, operation, [operand], []));

    /// <summary>(v - mean(v)) / sqrt(variance + 1e-5).</summary>
    public Node Norm(Node vector) => Make(new Node(_nextId, Operation.Normalize, [vector], [.. vector.Shape]));

    /// <summary>The gradient of a vector, from that of its <see cref="Norm"/>.</summary>
    public Node NormGradient(Node gradient, Node norm) =>
        gradient.HasShape(norm)
            ? Make(new Node(_nextId, Operation.NormalizeAdjoint, [gradient, norm.Inputs[0], norm], [.. norm.Shape]))
            : throw new ShapeMismatchException(Operation.NormalizeAdjoint, gradient, norm);

    /// <summary>exp(v - max(v)) over its sum.</summary>
    public Node Softmax(Node vector)
    {
        Node e = Unary(Operation.Exp, Subtract(vector, Reduce(Operation.RowMaximum, vector)));
        return Divide(e, Reduce(Operation.Sum, e));
    }

    public Node Dot(Node left, Node right) => Reduce(Operation.Sum, Multiply(left, right));

    private static bool IsUnnamedConstant(Node node) => node.Operation == Operation.Constant && node.Name is null;

    private static bool IsNumber(Node node, double value) => IsUnnamedConstant(node) && node.Value == value;

    /// <summary>Whether dropping <paramref name="other"/> leaves the result's shape as it is.</summary>
    private static bool Covers(Node kept, Node other) => other.IsScalar || kept.HasShape(other);

    private static double? Fold(Operation operation, double a, double b) => operation switch
    {
        Operation.Add => a + b,
        Operation.Subtract => a - b,
        Operation.Multiply => a * b,
        Operation.Divide when b != 0 => a / b,
        Operation.Minimum => Math.Min(a, b),
        Operation.Maximum => Math.Max(a, b),
        _ => null,
    };

    private Node Make(Node node)
    {
        var key = new Key(node);
        if (_known.TryGetValue(key, out Node? known))
            return known;
        _nodes.Add(node);
        _nextId++;
        _known.Add(key, node);
        return node;
    }

    /// <summary>Two nodes with equal keys compute the same value. Leaves are told apart by name, everything else by operation, inputs and numbers.</summary>
    private readonly struct Key(Node node) : IEquatable<Key>
    {
        private readonly Node _node = node;

        public bool Equals(Key other)
        {
            Node a = _node, b = other._node;
            return a.Operation == b.Operation && a.Value.Equals(b.Value) && a.Upper.Equals(b.Upper) && a.Place == b.Place && a.MaskKind == b.MaskKind
                && (a.Inputs.Count > 0 || string.Equals(a.Name, b.Name, StringComparison.Ordinal))
                && a.Inputs.SequenceEqual(b.Inputs) && a.Shape.SequenceEqual(b.Shape) && Equals(a.Offset, b.Offset);
        }

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_node.Operation);
            hash.Add(_node.Value);
            foreach (Node input in _node.Inputs)
                hash.Add(input.Id);
            if (_node.Inputs.Count == 0)
                hash.Add(_node.Name, StringComparer.Ordinal);
            return hash.ToHashCode();
        }
    }
}

/// <summary>Operands of an operation whose shapes do not fit.</summary>
internal sealed class ShapeMismatchException(Operation operation, Node left, Node right)
    : InvalidOperationException($"{operation} does not take [{string.Join(", ", left.Shape)}] and [{string.Join(", ", right.Shape)}].");
