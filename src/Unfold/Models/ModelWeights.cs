using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>A model's layers and their weights, from its file and into one.</summary>
internal static class ModelWeights
{
    /// <summary>Builds what a file describes and fills it with the file's weights: of a model, or of a checkpoint as far as its training had come.</summary>
    /// <param name="file">The file, whose metadata were read.</param>
    /// <param name="model">What it should hold, as a person says it: <c>language model</c>.</param>
    /// <param name="build">Builds the layers without memory for their weights.</param>
    /// <exception cref="ModelFileException">The layers cannot be, ask for more weights than the file has bytes, or are others than the file's.</exception>
    internal static TNetwork Load<TNetwork>(SafetensorsFile file, string model, Func<TNetwork> build)
        where TNetwork : IModelNetwork
    {
        TNetwork network = Build(file, model, build);
        network.Parameters.Allocate(0);
        if (Checkpoint.IsOne(file))
            Checkpoint.ReadParameters(file, network.Parameters);
        else
            RecurrentWeights.Read(file, network.Parameters, network.RecurrentParts);
        return network;
    }

    /// <summary>Writes a model; under its final name only when it is complete.</summary>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    internal static void Save(string path, Action<SafetensorsWriter> writeMetadata, IModelNetwork network)
    {
        ArgumentNullException.ThrowIfNull(path);
        SafetensorsWriter writer = new();
        writeMetadata(writer);
        RecurrentWeights.AddTo(writer, network.Parameters, network.RecurrentParts);
        writer.Save(path, "the model");
    }

    private static TNetwork Build<TNetwork>(SafetensorsFile file, string model, Func<TNetwork> build)
        where TNetwork : IModelNetwork
    {
        long bytes = file.Tensors.Sum(tensor => tensor.End - tensor.Begin);
        try
        {
            TNetwork network = build();
            return network.Parameters.Count <= bytes
                ? network
                : throw new ModelFileException($"'{file.Path}' is not a usable {model}: its layers ask for {network.Parameters.Count} weights, but it has {bytes} bytes of them.");
        }
        catch (Exception e) when (e is NotationException or OptionException or ArgumentException or OverflowException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable {model}: its layers cannot be ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }
}
