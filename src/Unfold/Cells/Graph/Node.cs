namespace Unfold.Cells.Graph;

/// <summary>
/// One value of a step: an operation over other values. Nodes never change and are made by <see cref="GraphBuilder"/>, which also gives equal
/// expressions one node. Its shape has no batch axis: every value but a parameter or a number exists once a sequence of the batch.
/// </summary>
internal sealed class Node
{
    internal Node(int id, Operation operation, Node[] inputs, Dimension[] shape)
    {
        Id = id;
        Operation = operation;
        Inputs = inputs;
        Shape = shape;
    }

    /// <summary>Position in the order of creation; inputs always have smaller ones.</summary>
    public int Id { get; }

    public Operation Operation { get; }

    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>No dimension for a scalar, one for a vector, two (rows, columns) for a matrix.</summary>
    public IReadOnlyList<Dimension> Shape { get; }

    /// <summary>The name of an input, state, parameter, named constant or incoming gradient; for other nodes the name that the text defined, if any.</summary>
    public string? Name { get; internal set; }

    /// <summary>The number of a constant; the slope, scale or lower bound of leaky_relu, elu, clip; the probability p of a mask.</summary>
    public double Value { get; init; }

    /// <summary>The upper bound of clip.</summary>
    public double Upper { get; init; }

    public MaskKind MaskKind { get; init; }

    /// <summary>For a mask: its place in the cell, 0, 1, …, which its random numbers are counted by.</summary>
    public int Place { get; init; }

    /// <summary>For <see cref="Operation.Slice"/> and <see cref="Operation.Columns"/>: the first element or column taken.</summary>
    public Dimension? Offset { get; init; }

    public bool IsScalar => Shape.Count == 0;

    public bool IsMatrix => Shape.Count == 2;

    public bool HasShape(Node other) => Shape.SequenceEqual(other.Shape);

    public override string ToString() =>
        $"%{Id} = {Operation}({string.Join(", ", Inputs.Select(i => "%" + i.Id))}){(Name is null ? "" : " " + Name)} [{string.Join(", ", Shape)}]";
}
