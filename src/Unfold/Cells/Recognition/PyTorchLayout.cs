using Unfold.Cells.Graph;

namespace Unfold.Cells.Recognition;

/// <summary>
/// A cell's parameters as PyTorch's nn.RNN, nn.LSTM and nn.GRU keep them: <c>weight_ih_l0</c> [G·H, C], <c>weight_hh_l0</c> [G·H, H],
/// <c>bias_ih_l0</c>, <c>bias_hh_l0</c> [G·H] with the gates' rows in the order i f g o or r z n, and <c>weight_hr_l0</c> [m, H] of a projected LSTM.
/// Of two biases where the cell has one: read, they are added; written, the second is zero. A GRU's candidate keeps its second bias, which is inside the
/// reset, in <c>bias_hh_l0</c>.
/// </summary>
/// <param name="graph">The cell.</param>
/// <param name="recognized">What <see cref="CellRecognition"/> found it to be; a kind that <see cref="Has"/>, or else <paramref name="elsewhere"/>.</param>
/// <param name="sizes">Every named size.</param>
/// <param name="suffix">What follows the tensors' names: <c>l0</c>, or <c>l0_reverse</c>.</param>
/// <param name="elsewhere">Whether a GRU with its reset before the product, which PyTorch has not, is taken too, with its gates r z n as if it had.</param>
internal sealed class PyTorchLayout(CellGraph graph, RecognizedCell recognized, IReadOnlyDictionary<string, int> sizes, string suffix = "l0", bool elsewhere = false)
{
    private readonly int _rows = Rows(graph, recognized, sizes, elsewhere);

    /// <summary>Whether PyTorch has this very cell.</summary>
    public static bool Has(RecognizedCell? cell) => cell is
    {
        HasPeepholes: false,
        Kind: RecognizedKind.RnnTanh or RecognizedKind.RnnRelu or RecognizedKind.Lstm or RecognizedKind.ProjectedLstm or RecognizedKind.GruResetAfter,
    };

    /// <summary>PyTorch's tensors from the cell's parameters.</summary>
    /// <param name="parameter">A parameter's values, row-major, by its name in the cell.</param>
    public IReadOnlyList<(string Name, int[] Shape, float[] Values)> Export(Func<string, ReadOnlySpan<float>> parameter)
    {
        List<(string Name, int[] Shape, float[] Values)> tensors = [];
        foreach (Place place in Places())
        {
            var values = new float[place.Parts.Count * place.Rows * place.Columns];
            for (int gate = 0; gate < place.Parts.Count; gate++)
            {
                if (place.Parts[gate] is RecognizedPart part)
                    Copy(part, parameter(part.Parameter), place, values.AsSpan(gate * place.Rows * place.Columns, place.Rows * place.Columns));
            }

            tensors.Add((place.Name, place.Shape, values));
        }

        return tensors;
    }

    /// <summary>The cell's parameters from PyTorch's tensors.</summary>
    /// <param name="tensor">A tensor's shape and values by PyTorch's name; null when there is none, which is right for biases alone.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, has another shape, or has a bias for which the cell has no place.</exception>
    public Dictionary<string, float[]> Import(Func<string, (int[] Shape, float[] Values)?> tensor)
    {
        var parameters = graph.Parameters.ToDictionary(
            p => p.Name, p => new float[p.Node.Shape.Aggregate(1, (length, d) => length * d.Resolve(sizes))], StringComparer.Ordinal);
        foreach (Place place in Places())
        {
            float[]? values = Checked(place, tensor(place.Name));
            for (int gate = 0; values is not null && gate < place.Parts.Count; gate++)
            {
                Span<float> rows = values.AsSpan(gate * place.Rows * place.Columns, place.Rows * place.Columns);
                if ((place.Parts[gate] ?? place.Elsewhere[gate]) is RecognizedPart part)
                    Add(part, rows, place, parameters[part.Parameter]);
                else if (rows.ContainsAnyExcept(0f))
                    throw new InvalidDataException($"{place.Name} has a bias for gate {recognized.Gates[gate].Name}, but the cell '{graph.Name}' has none there.");
            }
        }

        return parameters;
    }

    private static int Rows(CellGraph graph, RecognizedCell recognized, IReadOnlyDictionary<string, int> sizes, bool elsewhere) =>
        Has(recognized) || (elsewhere && recognized.Kind == RecognizedKind.Gru)
            ? graph.Parameters.First(p => p.Name == recognized.Gates[0].Input.Parameter).Node.Shape[0].Resolve(sizes)
            : throw new ArgumentException($"PyTorch has no layer for the cell '{graph.Name}'.");

    private IEnumerable<Place> Places()
    {
        IReadOnlyList<RecognizedGate> gates = recognized.Gates;
        var none = new RecognizedPart?[gates.Count];
        int inputSize = graph.Input.Shape[0].Resolve(sizes);
        int stateSize = graph.States.First(s => s.Name == recognized.HiddenState).Previous.Shape[0].Resolve(sizes);
        yield return new Place("weight_ih_" + suffix, [gates.Count * _rows, inputSize], _rows, inputSize, [.. gates.Select(g => g.Input)], none);
        yield return new Place("weight_hh_" + suffix, [gates.Count * _rows, stateSize], _rows, stateSize, [.. gates.Select(g => g.Recurrent)], none);

        // A bias inside the reset is another thing than the one outside; elsewhere the two are added, so that either place will do.
        yield return new Place(
            "bias_ih_" + suffix, [gates.Count * _rows], _rows, 1, [.. gates.Select(g => g.InputBias)],
            [.. gates.Select(g => IsInsideReset(g) ? null : g.RecurrentBias)]);
        yield return new Place(
            "bias_hh_" + suffix, [gates.Count * _rows], _rows, 1, [.. gates.Select(g => g.RecurrentBias)],
            [.. gates.Select(g => IsInsideReset(g) ? null : g.InputBias)]);
        if (recognized.Projection is RecognizedPart projection)
            yield return new Place("weight_hr_" + suffix, [stateSize, _rows], stateSize, _rows, [projection], [null]);
    }

    private bool IsInsideReset(RecognizedGate gate) => recognized.Kind == RecognizedKind.GruResetAfter && gate.Name == "n";

    private static float[]? Checked(Place place, (int[] Shape, float[] Values)? tensor)
    {
        if (tensor is not (int[] shape, float[] values))
            return place.Name.StartsWith("bias", StringComparison.Ordinal) ? null : throw new InvalidDataException($"{place.Name} is missing.");
        return shape.AsSpan().SequenceEqual(place.Shape)
            ? values
            : throw new InvalidDataException($"{place.Name} is [{string.Join(", ", shape)}], but the cell needs [{string.Join(", ", place.Shape)}].");
    }

    /// <summary>Writes a part's elements, with the canonical sign, row by row.</summary>
    private void Copy(RecognizedPart part, ReadOnlySpan<float> parameter, Place place, Span<float> rows)
    {
        int stride = Stride(part, place), first = part.FirstColumn?.Resolve(sizes) ?? 0;
        for (int i = 0; i < rows.Length; i++)
        {
            float value = parameter[i / place.Columns * stride + first + i % place.Columns];
            rows[i] = part.Negated ? -value : value;
        }
    }

    /// <summary>The reverse, added: of two biases where the cell has one, both arrive here.</summary>
    private void Add(RecognizedPart part, ReadOnlySpan<float> rows, Place place, Span<float> parameter)
    {
        int stride = Stride(part, place), first = part.FirstColumn?.Resolve(sizes) ?? 0;
        for (int i = 0; i < rows.Length; i++)
        {
            ref float value = ref parameter[i / place.Columns * stride + first + i % place.Columns];
            value = part.Negated ? value - rows[i] : value + rows[i];
        }
    }

    private int Stride(RecognizedPart part, Place place) =>
        part.FirstColumn is null ? place.Columns : graph.Parameters.First(p => p.Name == part.Parameter).Node.Shape[1].Resolve(sizes);

    /// <summary>One of PyTorch's tensors: a block of rows for each gate.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Shape">Its shape.</param>
    /// <param name="Rows">Rows of a gate.</param>
    /// <param name="Columns">Columns; 1 for a bias.</param>
    /// <param name="Parts">What a gate's rows are in the cell; null where they are zero.</param>
    /// <param name="Elsewhere">Where rows go on import that have no part of their own.</param>
    private sealed record Place(
        string Name, int[] Shape, int Rows, int Columns, IReadOnlyList<RecognizedPart?> Parts, IReadOnlyList<RecognizedPart?> Elsewhere);
}
