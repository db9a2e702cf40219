using Unfold.Autodiff;
using Unfold.Cells.Recognition;
using Unfold.Formats.Safetensors;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A language model's weights in its file: under PyTorch's names and in its order where PyTorch has the layer (<c>rnn.weight_ih_l0</c>), else under the
/// cell's own (<c>rnn.l0.Wf</c>). A checkpoint always has the cell's own, which need no rearrangement.
/// </summary>
internal static class LanguageModelWeights
{
    /// <summary>Adds all weights to a file.</summary>
    internal static void AddTo(SafetensorsWriter writer, LanguageNetwork network)
    {
        Dictionary<Parameter, int> layerOf = LayersThatPyTorchHas(network);
        HashSet<int> written = [];
        foreach (Parameter parameter in network.Parameters.All)
        {
            if (!layerOf.TryGetValue(parameter, out int layer))
                writer.Add(parameter.Name, parameter.Value);
            else if (written.Add(layer))
                AddLayer(writer, network, layer);
        }
    }

    /// <summary>Builds a model from its file.</summary>
    /// <exception cref="ModelFileException">The file does not hold the weights that its metadata announce.</exception>
    internal static LanguageModel Load(SafetensorsFile file)
    {
        LanguageModelFile description = LanguageModelFile.ReadMetadata(file);
        LanguageNetwork network = Layers(file, description);
        network.Parameters.Allocate(description.Options.Seed);
        if (file.Metadata.ContainsKey(Checkpoint.PositionKey))
            Checkpoint.ReadParameters(file, network.Parameters);
        else
            Read(file, network);
        return new LanguageModel(description, network);
    }

    /// <summary>The layers, without memory for weights that the file does not have.</summary>
    private static LanguageNetwork Layers(SafetensorsFile file, LanguageModelFile description)
    {
        long bytes = file.Tensors.Sum(tensor => tensor.End - tensor.Begin);
        try
        {
            LanguageNetwork network = new(description.Options, description.Vocabulary.Count);
            return network.Parameters.Count <= bytes
                ? network
                : throw new ModelFileException($"'{file.Path}' is not a usable language model: its options ask for {network.Parameters.Count} weights, but it has {bytes} bytes of them.");
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable language model: its options ask for layers that cannot be ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static void Read(SafetensorsFile file, LanguageNetwork network)
    {
        Dictionary<Parameter, int> layerOf = LayersThatPyTorchHas(network);
        HashSet<string> used = [];
        foreach (Parameter parameter in network.Parameters.All)
        {
            if (layerOf.ContainsKey(parameter))
                continue;
            file.ReadInto(parameter.Name, parameter.Shape, parameter.Value.Span);
            used.Add(parameter.Name);
        }

        foreach (int layer in layerOf.Values.Distinct())
            ReadLayer(file, network, layer, used);
        if (file.Tensors.FirstOrDefault(tensor => !used.Contains(tensor.Name)) is TensorEntry other)
            throw new ModelFileException($"'{file.Path}' does not fit: the model has no place for its tensor '{other.Name}'.");
        network.Parameters.Touch();
    }

    private static Dictionary<Parameter, int> LayersThatPyTorchHas(LanguageNetwork network)
    {
        Dictionary<Parameter, int> layerOf = [];
        if (!PyTorchLayout.Has(CellRecognition.Recognize(network.Rnn.Cell.Graph)))
            return layerOf;
        for (int i = 0; i < network.Rnn.Layers.Count; i++)
        {
            foreach (Parameter parameter in network.Rnn.Layers[i].Parameters)
                layerOf.Add(parameter, i);
        }

        return layerOf;
    }

    private static PyTorchLayout LayoutOf(LanguageNetwork network, int layer) =>
        new(network.Rnn.Cell.Graph, CellRecognition.Recognize(network.Rnn.Cell.Graph)!, network.Rnn.Layers[layer].Sizes, $"l{layer}");

    private static IEnumerable<(string Name, Parameter Parameter)> ParametersOf(LanguageNetwork network, int layer) =>
        network.Rnn.Cell.Graph.Parameters.Select(variable => variable.Name).Zip(network.Rnn.Layers[layer].Parameters);

    private static void AddLayer(SafetensorsWriter writer, LanguageNetwork network, int layer)
    {
        Dictionary<string, Parameter> parameters = ParametersOf(network, layer).ToDictionary(pair => pair.Name, pair => pair.Parameter);
        foreach ((string name, int[] shape, float[] values) in LayoutOf(network, layer).Export(name => parameters[name].Value.Values))
        {
            // Reading adds to zeros, which turns -0 into 0: writing does so too, that a model that was loaded has the bytes of its file.
            for (int i = 0; i < values.Length; i++)
                values[i] += 0f;
            writer.Add($"{network.Rnn.Name}.{name}", Tensor.From(values, new Shape(shape)));
        }
    }

    private static void ReadLayer(SafetensorsFile file, LanguageNetwork network, int layer, HashSet<string> used)
    {
        try
        {
            Dictionary<string, float[]> values = LayoutOf(network, layer).Import(Find);
            foreach ((string name, Parameter parameter) in ParametersOf(network, layer))
                values[name].CopyTo(parameter.Value.Span);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFileException($"'{file.Path}' does not fit: {network.Rnn.Name}.{e.Message}", e);
        }

        (int[] Shape, float[] Values)? Find(string name)
        {
            string full = $"{network.Rnn.Name}.{name}";
            if (!file.TryGet(full, out TensorEntry? entry))
                return null;
            used.Add(full);
            int[] shape = new int[entry.Shape.Rank];
            entry.Shape.CopyTo(shape);
            return (shape, file.Read(full).Values.ToArray());
        }
    }
}
