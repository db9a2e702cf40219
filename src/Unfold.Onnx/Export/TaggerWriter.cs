using Unfold.Data.Tagging;
using Unfold.Layers;
using Unfold.Models;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes taggers: from the numbers of words, of other columns and of characters to scores and the chosen labels.</summary>
internal static class TaggerWriter
{
    /// <summary>The graph.</summary>
    /// <exception cref="ModelFileException">A layer cannot be written.</exception>
    public static GraphWriter Of(Tagger model, OnnxExportOptions options)
    {
        TaggerNetwork network = model.Network;
        GraphWriter graph = new("tagger");
        (string x, SequenceAxes axes) = Features(graph, model, options);
        bool streams = options.States && network.Encoder.IsCausal && network.Head is IndependentHead;
        x = streams ? SequenceWriter.Write(graph, axes, network.Encoder.Causal, x, hasStates: true) : EncoderWriter.Steps(graph, axes, network.Encoder, x, network.Encoder.Levels.Count);
        (string scores, string labels) = Labels(graph, axes, network.Head, x);
        if (options.Probabilities)
        {
            scores = network.Head is CrfHead field ? FieldWriter.Probabilities(graph, axes, field.Field.Paths(null), scores)
                : graph.Node("Softmax", "scores.softmax", [scores], Attributes.Of("axis", -1));
        }

        if (axes.HasLengths)
            labels = graph.Node("Where", "labels.inside", [graph.Node("Squeeze", "inside.row", [axes.Inside, graph.Integers(2)]), labels, graph.Integer(-1)]);
        graph.Output(axes.Zeroed(scores), options.Probabilities ? "probabilities" : "scores", DataType.Float, Axis.Steps, Axis.Batch, model.Labels.Count);
        graph.Output(labels, "labels", DataType.Int64, Axis.Steps, Axis.Batch);
        graph.Finish();
        return graph;
    }

    /// <summary>The inputs of the graph, and what stands for each token side by side, [T, N, C].</summary>
    private static (string X, SequenceAxes Axes) Features(GraphWriter graph, Tagger model, OnnxExportOptions options)
    {
        TaggerNetwork network = model.Network;
        string[] columns = [.. model.Format.Inputs!.Select((column, c) => graph.Input(c == 0 ? "words" : Name(column, model.Format), DataType.Int64, Axis.Steps, Axis.Batch))];
        List<string> parts = [.. columns.Select((column, c) => ModelWriters.Embedded(graph, network.Columns[c], column))];
        if (network.Spelling is SequenceEncoder spelling)
        {
            string characters = graph.Input("characters", DataType.Int64, "W", Axis.Steps, Axis.Batch), counts = graph.Input("word_lengths", DataType.Int64, Axis.Steps, Axis.Batch);
            parts.Add(ModelWriters.Parts(graph, network.Letters!, spelling, characters, counts, SequenceReading.Last));
        }

        SequenceAxes axes = new(graph, columns[0], ModelWriters.LengthsOf(graph, options));
        return (parts.Count == 1 ? parts[0] : graph.Node("Concat", "features", [.. parts], Attributes.Of("axis", -1)), axes);
    }

    /// <summary>What a column is called: by CoNLL-U's name, or by its number in a file.</summary>
    private static string Name(int column, TaggedFormat format) => (format.IsConllu ? "" : "column") + TaggedFormat.Name(column, format.IsConllu).ToLowerInvariant();

    /// <summary>[T, N, V] and [T, N].</summary>
    private static (string Scores, string Labels) Labels(GraphWriter graph, SequenceAxes axes, LabelHead head, string x)
    {
        switch (head)
        {
            case CrfHead field:
                string single = LayerWriter.Linear(graph, field.Output, x, isRow: false);
                return (single, FieldWriter.Best(graph, axes, field.Field.Paths(field.Rules), single));
            case FeedbackHead { Choice: var (feedback, beam, rules) }:
                return FeedbackWriter.Write(graph, axes, feedback, beam, rules, x);
            default:
                string scores = LayerWriter.Linear(graph, ((IndependentHead)head).Output, x, isRow: false);
                return (scores, graph.Node("ArgMax", "greatest", [scores], Attributes.Of("axis", 2), Attributes.Of("keepdims", 0)));
        }
    }
}
