using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>T, N and the lengths of the sequences that a part of a graph runs over, and what follows from them, made where it is first asked for.</summary>
internal sealed class SequenceAxes
{
    private readonly GraphWriter _graph;
    private readonly string _like;
    private readonly string? _lengths;
    private readonly string?[] _parts = new string?[2];
    private string? _shape, _narrow, _full, _inside, _places;

    /// <param name="graph">The graph.</param>
    /// <param name="like">A value [T, N, …].</param>
    /// <param name="lengths">[N], int64: the steps of each sequence; null where all have T.</param>
    public SequenceAxes(GraphWriter graph, string like, string? lengths) => (_graph, _like, _lengths) = (graph, like, lengths);

    /// <summary>Whether sequences may end before T.</summary>
    public bool HasLengths => _lengths is not null;

    /// <summary>The lengths as int32, as the recurrent operators want them; empty where all have T.</summary>
    public string Narrow => _lengths is null ? "" : _narrow ??= _graph.Node("Cast", "lengths.int32", [_lengths], Attributes.Of("to", (long)DataType.Int32));

    /// <summary>The lengths as int64 [N]; made where all have T.</summary>
    public string Lengths => _lengths ?? (_full ??= _graph.Node("Expand", "lengths", [Steps, Batch]));

    /// <summary>0 to N - 1, as [N].</summary>
    public string Places => _places ??= _graph.Node("Range", "places", [_graph.Integer(0), _graph.Node("Squeeze", "batch.scalar", [Batch, _graph.Integers(0)]), _graph.Integer(1)]);

    /// <summary>N, as [1].</summary>
    public string Batch => Part(1, "batch");

    /// <summary>T, as [1].</summary>
    public string Steps => Part(0, "steps");

    /// <summary>[T, N, 1]: whether a step is one of its sequence.</summary>
    public string Inside
    {
        get
        {
            if (_inside is not null)
                return _inside;
            string count = _graph.Node("Squeeze", "steps.scalar", [Steps, _graph.Integers(0)]);
            string times = _graph.Node("Range", "times", [_graph.Integer(0), count, _graph.Integer(1)]);
            times = _graph.Node("Unsqueeze", "times.column", [times, _graph.Integers(1, 2)]);
            return _inside = _graph.Node("Less", "inside", [times, _graph.Node("Unsqueeze", "lengths.column", [Lengths, _graph.Integers(1)])]);
        }
    }

    /// <summary>[T, N, …] with every sequence turned over within its own length.</summary>
    public string Reversed(string x) =>
        _graph.Node("ReverseSequence", x + ".reversed", [x, Lengths], Attributes.Of("time_axis", 0), Attributes.Of("batch_axis", 1));

    /// <summary>[T, N, O] with zeros beyond each sequence's end.</summary>
    public string Zeroed(string x) => HasLengths ? _graph.Node("Where", x + ".inside", [Inside, x, _graph.Scalar(0)]) : x;

    /// <summary>A row of constants for each sequence: [N, S].</summary>
    public string Rows(string hint, ReadOnlySpan<float> row) => Rows(hint, Batch, [row.Length], row);

    /// <summary>Constants as often as a count, as [1], says: [count, …].</summary>
    public string Rows(string hint, string count, ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        long[] sizes = [.. shape.ToArray().Select(size => (long)size)];
        string constant = _graph.Constant(hint + ".start", [1, .. shape], values);
        return _graph.Node("Expand", hint, [constant, _graph.Node("Concat", hint + ".shape", [count, _graph.Integers(sizes)], Attributes.Of("axis", 0))]);
    }

    private string Part(int axis, string hint)
    {
        _shape ??= _graph.Node("Shape", _like + ".shape", [_like]);
        return _parts[axis] ??= _graph.Node("Slice", hint, [_shape, _graph.Integers(axis), _graph.Integers(axis + 1), _graph.Integers(0)]);
    }
}
