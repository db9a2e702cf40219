using Unfold.Layers;
using Unfold.Onnx.Export;
using Unfold.Tensors;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx;

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

    /// <summary>Writes an encoder: layers that read sequences in one direction or in both.</summary>
    /// <param name="encoder">The layers: inputs <c>x [T, N, C]</c>, <c>lengths [N]</c> (int64) and, in one direction, the states; outputs <c>y [T, N, O]</c>, zeros beyond a sequence's end, and the states.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">A layer cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(SequenceEncoder encoder, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        Save(encoder, path, options ?? new OnnxExportOptions(), null);
    }

    /// <summary>Writes a layer without sequences, or several in a row (<see cref="Sequential"/>).</summary>
    /// <param name="layer">The layer: input <c>x [N, …]</c>, output <c>y [N, …]</c>; as outside training.</param>
    /// <param name="input">The shape of one item, without N, such as <c>[C, H, W]</c>.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">A layer cannot be written as ONNX, or the file cannot be written.</exception>
    /// <exception cref="ArgumentException">The layer takes no items of that shape.</exception>
    public static void Save(FeedForward layer, Shape input, string path)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Shape output = LayerWriter.Result(layer, input);
        GraphWriter graph = new(layer.Name);
        string x = graph.Input("x", DataType.Float, [Axis.Batch, .. Axes(input)]);
        graph.Output(LayerWriter.Write(graph, layer, x, input, layer.Name), "y", DataType.Float, [Axis.Batch, .. Axes(output)]);
        ModelWriter.Write(path, graph, new Dictionary<string, string>(StringComparer.Ordinal));

        static IEnumerable<Axis> Axes(Shape shape) => LayerWriter.SizesOf(shape).Select(size => (Axis)size);
    }

    private static void Save(SequenceEncoder encoder, string path, OnnxExportOptions options, Dictionary<string, string>? metadata) =>
        Save(path, encoder.Name, encoder.InputSize, encoder.OutputSize, options, (graph, axes, x) => encoder.IsCausal
            ? SequenceWriter.Write(graph, axes, encoder.Causal, x, options.States)
            : EncoderWriter.Steps(graph, axes, encoder, x, encoder.Levels.Count), metadata);

    private static void Save(string path, string name, int inputs, int outputs, OnnxExportOptions options, Func<GraphWriter, SequenceAxes, string, string> write,
        Dictionary<string, string>? metadata = null)
    {
        GraphWriter graph = new(name);
        string x = graph.Input("x", DataType.Float, Axis.Steps, Axis.Batch, inputs);
        string? lengths = options.Lengths ? graph.Input("lengths", DataType.Int64, Axis.Batch) : null;
        graph.Output(write(graph, new SequenceAxes(graph, x, lengths), x), "y", DataType.Float, Axis.Steps, Axis.Batch, outputs);
        graph.Finish();
        ModelWriter.Write(path, graph, metadata ?? new Dictionary<string, string>(StringComparer.Ordinal));
    }
}
