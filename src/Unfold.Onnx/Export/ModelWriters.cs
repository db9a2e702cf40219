using Unfold.Data.Sequences;
using Unfold.Data.Synthetic;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Tensors;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes the graphs of whole models, from what a user has to what a user wants.</summary>
internal static class ModelWriters
{
    /// <summary>tokens [T, N] to logits [T, N, V].</summary>
    public static GraphWriter Of(LanguageModel model, OnnxExportOptions options)
    {
        GraphWriter graph = new("language_model");
        LanguageNetwork network = model.Network;
        string tokens = graph.Input("tokens", DataType.Int64, Axis.Steps, Axis.Batch);
        SequenceAxes axes = new(graph, tokens, LengthsOf(graph, options));
        string x = SequenceWriter.Write(graph, axes, network.Rnn, Embedded(graph, network.Encoder, tokens), options.States);
        string logits = LayerWriter.Linear(graph, network.Decoder, x, isRow: false);
        Give(graph, logits, options.Probabilities ? "Softmax" : null, "logits", Axis.Steps, Axis.Batch, model.Vocabulary.Count);
        return graph;
    }

    /// <summary>notes [T, N, 88] to logits [T, N, 88] of the notes of the next step.</summary>
    public static GraphWriter Of(MusicModel model, OnnxExportOptions options)
    {
        GraphWriter graph = new("music_model");
        MusicNetwork network = model.Network;
        int pitches = network.Layer.InputSize;
        string notes = graph.Input("notes", DataType.Float, Axis.Steps, Axis.Batch, pitches);
        SequenceAxes axes = new(graph, notes, LengthsOf(graph, options));
        string y = SequenceWriter.Write(graph, axes, network.Layer, notes, options.States);
        Give(graph, LayerWriter.Linear(graph, network.Output, y, isRow: false), options.Probabilities ? "Sigmoid" : null, "logits", Axis.Steps, Axis.Batch, pitches);
        return graph;
    }

    /// <summary>pixels [N, C, H, W], 0 to 255, to scores [N, V].</summary>
    public static GraphWriter Of(ImageClassifier model, OnnxExportOptions options)
    {
        GraphWriter graph = new("image_classifier");
        ImageNetwork network = model.Network;
        var size = network.Input;
        string x = graph.Input("pixels", DataType.Float, Axis.Batch, size.Channels, size.Height, size.Width);
        var normalization = model.Description.Normalization;
        float[] scale = [.. normalization.Deviation.Select(deviation => 1 / deviation / 255)], shift = [.. normalization.Mean.Zip(normalization.Deviation, (mean, deviation) => -mean / deviation)];
        x = graph.Node("Mul", "pixels.scaled", [x, graph.Constant("pixels.scale", [scale.Length, 1, 1], scale)]);
        x = graph.Node("Add", "pixels.normal", [x, graph.Constant("pixels.shift", [shift.Length, 1, 1], shift)]);
        for (int i = 0; i < network.Plan.Layers.Count; i++)
            x = LayerWriter.Write(graph, network.Layers.Layers[i], x, network.Plan.Layers[i].Input, network.Plan.Layers[i].Name);
        Give(graph, x, options.Probabilities ? "Softmax" : null, "scores", Axis.Batch, model.Classes.Count);
        return graph;
    }

    /// <summary>x [T, N, C] to y [N, V], or [T, N, V] where there is an answer to each step.</summary>
    public static GraphWriter Of(SequenceModel model)
    {
        GraphWriter graph = new("sequence_model");
        Shape item = model.Problem.Item;
        bool isOne = model.Problem.Answer != SequenceAnswer.ClassOfEachStep;
        string x = graph.Input("x", DataType.Float, Axis.Steps, Axis.Batch, model.Problem.InputSize);
        if (model.Parts.Layers is Sequential layers)
        {
            // A picture of each step, or one number of each channel.
            x = graph.Node("Transpose", "x.items", [x], item.Rank == 2 ? Attributes.Of("perm", [1, 2, 0]) : Attributes.Of("perm", [1, 0, 2]));
            x = item.Rank == 2 ? x : graph.Node("Reshape", "x.pictures", [x, graph.Integers([0, .. LayerWriter.SizesOf(item).Select(size => (long)size)])]);
            x = LayerWriter.Write(graph, layers, x, item, layers.Name);
        }
        else
        {
            x = SequenceWriter.Write(graph, new SequenceAxes(graph, x, null), model.Layer!, x);
            x = isOne ? graph.Node("Gather", "last", [x, graph.Integer(-1)], Attributes.Of("axis", 0)) : x;
            x = LayerWriter.Linear(graph, model.Parts.Output!, x, isRow: isOne);
        }

        Axis[] shape = [Axis.Batch, model.Problem.OutputSize];
        Give(graph, x, null, "y", isOne ? shape : [Axis.Steps, .. shape]);
        return graph;
    }

    /// <summary>x [T, N, C] as measured, bands of recordings, or tokens, to scores [N, V].</summary>
    public static GraphWriter Of(SequenceClassifier model, OnnxExportOptions options)
    {
        GraphWriter graph = new("sequence_classifier");
        SequenceClassifierNetwork network = model.Network;
        string x;
        SequenceAxes axes;
        if (network.SentenceEncoder is SequenceEncoder sentences)
            (x, axes) = Sentences(graph, network, sentences, options);
        else if (network.Embedding is Embedding embedding)
        {
            string tokens = graph.Input("tokens", DataType.Int64, Axis.Steps, Axis.Batch);
            axes = new SequenceAxes(graph, tokens, LengthsOf(graph, options));
            x = Embedded(graph, embedding, tokens);
        }
        else
        {
            SequencePreparation preparation = model.Description.Preparation;
            x = graph.Input(preparation.Input == SequenceInput.Audio ? "bands" : "x", DataType.Float, Axis.Steps, Axis.Batch, preparation.Size);
            axes = new SequenceAxes(graph, x, LengthsOf(graph, options));
            x = Normalized(graph, axes, preparation, x);
        }

        x = EncoderWriter.Read(graph, axes, network.Encoder, x, network.Reading);
        string scores = LayerWriter.Linear(graph, network.Output, x, isRow: true);
        Give(graph, scores, !options.Probabilities ? null : model.Options.MultiLabel ? "Sigmoid" : "Softmax", "scores", Axis.Batch, model.Classes.Count);
        return graph;
    }

    /// <summary>The lengths as an input of the graph; null where all sequences have T steps.</summary>
    public static string? LengthsOf(GraphWriter graph, OnnxExportOptions options) => options.Lengths ? graph.Input("lengths", DataType.Int64, Axis.Batch) : null;

    /// <summary>Ends a graph with its result, as it is or as probabilities.</summary>
    private static void Give(GraphWriter graph, string value, string? function, string name, params ReadOnlySpan<Axis> shape)
    {
        if (function is not null)
        {
            value = function == "Softmax" ? graph.Node("Softmax", name + ".softmax", [value], Attributes.Of("axis", -1)) : graph.Node(function, name + ".sigmoid", [value]);
            name = "probabilities";
        }

        graph.Output(value, name, DataType.Float, shape);
        graph.Finish();
    }

    /// <summary>A vector for each part of a sequence, as a sentence of a text or a word of a sentence.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="embedding">The vectors of what a part consists of.</param>
    /// <param name="encoder">What reads a part.</param>
    /// <param name="tokens">[W, T, N], int64.</param>
    /// <param name="counts">[T, N], int64: how many tokens each part has.</param>
    /// <param name="reading">What is taken.</param>
    /// <returns>[T, N, O].</returns>
    public static string Parts(GraphWriter graph, Embedding embedding, SequenceEncoder encoder, string tokens, string counts, SequenceReading reading)
    {
        string row = graph.Node("Reshape", tokens + ".row", [tokens, graph.Integers(0, -1)]);

        // Behind a sequence's end parts have no tokens; they are read as if they had one, and not looked at.
        string lengths = graph.Node("Max", counts + ".row", [graph.Node("Reshape", counts + ".flat", [counts, graph.Integers(-1)]), graph.Integer(1)]);
        string read = EncoderWriter.Read(graph, new SequenceAxes(graph, row, lengths), encoder, Embedded(graph, embedding, row), reading);
        string shape = graph.Node("Concat", encoder.Name + ".shape", [graph.Node("Shape", encoder.Name + ".count", [counts]), graph.Integers(encoder.OutputSize)], Attributes.Of("axis", 0));
        return graph.Node("Reshape", encoder.Name + ".vectors", [read, shape]);
    }

    /// <summary>The vectors of tokens, [.., E].</summary>
    public static string Embedded(GraphWriter graph, Embedding layer, string tokens) =>
        graph.Node("Gather", layer.Name, [LayerWriter.Constant(graph, layer.Parameters[0]), tokens], Attributes.Of("axis", 0));

    /// <summary>tokens [W, T, N] of W words, T sentences, N texts, to a vector for each sentence, [T, N, E].</summary>
    private static (string X, SequenceAxes Axes) Sentences(GraphWriter graph, SequenceClassifierNetwork network, SequenceEncoder encoder, OnnxExportOptions options)
    {
        string tokens = graph.Input("tokens", DataType.Int64, "W", Axis.Steps, Axis.Batch);
        string words = graph.Input("sentence_lengths", DataType.Int64, Axis.Steps, Axis.Batch);
        string? lengths = LengthsOf(graph, options);
        string x = Parts(graph, network.Embedding!, encoder, tokens, words, network.Reading);
        return (x, new SequenceAxes(graph, x, lengths));
    }

    private static string Normalized(GraphWriter graph, SequenceAxes axes, SequencePreparation preparation, string x)
    {
        if (preparation.Options.NormalizeEach)
        {
            string mean = EncoderWriter.Mean(graph, axes, x, "each.mean"), centred = graph.Node("Sub", "each.centred", [x, mean]);
            string variance = EncoderWriter.Mean(graph, axes, graph.Node("Mul", "each.squares", [centred, centred]), "each.variance");
            string deviation = graph.Node("Sqrt", "each.deviation", [variance]), varies = graph.Node("Greater", "each.varies", [deviation, graph.Scalar(1e-6f)]);
            x = graph.Node("Where", "each.normal", [varies, graph.Node("Div", "each.scaled", [centred, deviation]), graph.Scalar(0)]);
        }

        int channels = preparation.Mean.Length;
        x = graph.Node("Sub", "x.centred", [x, graph.Constant("x.mean", [channels], preparation.Mean)]);
        return graph.Node("Div", "x.normal", [x, graph.Constant("x.deviation", [channels], preparation.Deviation)]);
    }
}
