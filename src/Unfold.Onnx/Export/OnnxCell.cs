using Unfold.Cells.Recognition;
using Unfold.Layers;

namespace Unfold.Onnx.Export;

/// <summary>A layer whose cell is one of ONNX's recurrent operators, with its weights in the operator's order: LSTM i o f c, GRU z r h.</summary>
internal sealed class OnnxCell
{
    private readonly RecognizedCell _cell;
    private readonly RecurrentLayer _layer;
    private readonly RecognizedGate?[] _gates;
    private readonly int _inputs;

    private OnnxCell(RecognizedCell cell, RecurrentLayer layer)
    {
        (_cell, _layer, _inputs) = (cell, layer, layer.InputSize);
        RecognizedGate? Gate(string name) => cell.Gates.FirstOrDefault(gate => gate.Name == name);
        (Operator, _gates) = cell.Kind switch
        {
            RecognizedKind.RnnTanh or RecognizedKind.RnnRelu => ("RNN", [cell.Gates[0]]),
            RecognizedKind.Gru or RecognizedKind.GruResetAfter => ("GRU", new[] { Gate("z"), Gate("r"), Gate("n") }),
            _ => ("LSTM", [Gate("i"), Gate("o"), Gate("f"), Gate("g")]),
        };
        Hidden = ParameterOf(cell.Gates[0].Input).Shape[0];
    }

    /// <summary>RNN, LSTM or GRU.</summary>
    public string Operator { get; }

    /// <summary>H.</summary>
    public int Hidden { get; }

    /// <summary>W's rows: gates times H.</summary>
    public int Rows => _gates.Length * Hidden;

    /// <summary>The kind, with what the operator's attributes depend on.</summary>
    public RecognizedKind Kind => _cell.Kind;

    /// <summary>Whether P is needed.</summary>
    public bool HasPeepholes => _cell.HasPeepholes;

    /// <summary>The place of h among the layer's states.</summary>
    public int HiddenState => IndexOf(_cell.HiddenState);

    /// <summary>The place of c among the layer's states; -1 where there is none.</summary>
    public int CellState => _cell.CellState is null ? -1 : IndexOf(_cell.CellState);

    /// <summary>The layer's cell as an operator; null where ONNX has none for it.</summary>
    public static OnnxCell? Of(RecurrentLayer layer) =>
        CellRecognition.Recognize(layer.Graph) is RecognizedCell { Kind: not RecognizedKind.ProjectedLstm } cell ? new OnnxCell(cell, layer) : null;

    /// <summary>W [1, G H, C], without the first axis.</summary>
    public float[] Weights() => Gather(gate => gate.Input, _inputs);

    /// <summary>R [1, G H, H], without the first axis.</summary>
    public float[] Recurrence() => Gather(gate => gate.Recurrent, Hidden);

    /// <summary>B [1, 2 G H], without the first axis.</summary>
    public float[] Biases() => [.. Gather(gate => gate.InputBias, 1), .. Gather(gate => gate.RecurrentBias, 1)];

    /// <summary>P [1, 3 H] in the order i o f, without the first axis.</summary>
    public float[] Peepholes() => Gather(gate => gate.Peephole, 1)[..(3 * Hidden)];

    private int IndexOf(string state) => Enumerable.Range(0, _layer.StateCount).First(i => _layer.Graph.States[i].Name == state);

    private float[] Gather(Func<RecognizedGate, RecognizedPart?> part, int columns)
    {
        float[] all = new float[Rows * columns];
        for (int gate = 0; gate < _gates.Length; gate++)
        {
            // A coupled forget gate is one less the input gate: its rows are not read.
            if (_gates[gate] is RecognizedGate read && part(read) is RecognizedPart found)
                Copy(found, columns, all.AsSpan(gate * Hidden * columns, Hidden * columns));
        }

        return all;
    }

    private void Copy(RecognizedPart part, int columns, Span<float> rows)
    {
        var parameter = ParameterOf(part);
        ReadOnlySpan<float> values = parameter.Value.Values;
        int stride = part.FirstColumn is null ? columns : parameter.Shape[1], first = part.FirstColumn?.Resolve(_layer.Sizes) ?? 0;
        for (int i = 0; i < rows.Length; i++)
        {
            float value = values[(i / columns * stride) + first + (i % columns)];
            rows[i] = part.Negated ? -value : value;
        }
    }

    private Autodiff.Parameter ParameterOf(RecognizedPart part)
    {
        for (int i = 0; i < _layer.Parameters.Count; i++)
        {
            if (_layer.Graph.Parameters[i].Name == part.Parameter)
                return _layer.Parameters[i];
        }

        throw new InvalidOperationException($"The cell '{_layer.Graph.Name}' has no parameter '{part.Parameter}'.");
    }
}
