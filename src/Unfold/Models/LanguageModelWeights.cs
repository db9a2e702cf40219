using Unfold.Autodiff;
using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>A language model's weights in its file.</summary>
internal static class LanguageModelWeights
{
    /// <summary>Adds all weights to a file.</summary>
    internal static void AddTo(SafetensorsWriter writer, LanguageModelOptions options, LanguageNetwork network)
    {
        foreach (Parameter parameter in network.Parameters.All)
            writer.Add(parameter.Name, parameter.Value);
    }

    /// <summary>Builds a model from its file.</summary>
    /// <exception cref="ModelFileException">The file does not hold the weights that its metadata announce.</exception>
    internal static LanguageModel Load(SafetensorsFile file)
    {
        LanguageModelFile description = LanguageModelFile.ReadMetadata(file);
        LanguageNetwork network = new(description.Options, description.Vocabulary.Count);
        long bytes = file.Tensors.Sum(tensor => tensor.End - tensor.Begin);
        if (network.Parameters.Count > bytes)
            throw new ModelFileException($"'{file.Path}' is not a usable language model: its options ask for {network.Parameters.Count} weights, but it has {bytes} bytes of them.");
        network.Parameters.Allocate(description.Options.Seed);
        Checkpoint.ReadParameters(file, network.Parameters);
        return new LanguageModel(description, network);
    }
}
