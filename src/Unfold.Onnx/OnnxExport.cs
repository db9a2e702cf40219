using Unfold.Layers;
using Unfold.Onnx.Export;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx;

/// <summary>
/// Writes layers and models as ONNX files, which ONNX Runtime and others run: opset 17, layout 0 (time first), the number of steps and of sequences open. A recurrent cell that is one of ONNX's own,
/// found by the structure of its equations, becomes RNN, LSTM or GRU; any other becomes a Scan over its equations. Described in docs/onnx.md. The same model gives the same bytes.
/// </summary>
public static partial class OnnxExport
{
    /// <summary>Writes a layer that reads sequences.</summary>
    /// <param name="layer">The layer: inputs <c>x [T, N, C]</c>, <c>lengths [N]</c> (int64) and its states <c>[N, S]</c>; outputs <c>y [T, N, O]</c>, zeros beyond a sequence's end, and its states.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">The layer cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(SequenceLayer layer, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        options ??= new OnnxExportOptions();
        Save(path, layer.Name, layer.InputSize, layer.OutputSize, options, (graph, axes, x) => SequenceWriter.Write(graph, axes, layer, x, options.States));
    }

    /// <summary>Writes a pair of layers that read sequences in both directions.</summary>
    /// <param name="layers">The layers: inputs <c>x [T, N, C]</c> and <c>lengths [N]</c> (int64), output <c>y [T, N, O]</c>, zeros beyond a sequence's end.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">A layer cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(Bidirectional layers, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        Save(path, layers.Name, layers.InputSize, layers.OutputSize, options ?? new OnnxExportOptions(), (graph, axes, x) => SequenceWriter.Write(graph, axes, layers, x));
    }

    private static void Save(string path, string name, int inputs, int outputs, OnnxExportOptions options, Func<GraphWriter, SequenceAxes, string, string> write)
    {
        GraphWriter graph = new(name);
        string x = graph.Input("x", DataType.Float, Axis.Steps, Axis.Batch, inputs);
        string? lengths = options.Lengths ? graph.Input("lengths", DataType.Int64, Axis.Batch) : null;
        graph.Output(write(graph, new SequenceAxes(graph, x, lengths), x), "y", DataType.Float, Axis.Steps, Axis.Batch, outputs);
        graph.Finish();
        ModelWriter.Write(path, graph, new Dictionary<string, string>(StringComparer.Ordinal));
    }
}
