using Unfold.Formats.Safetensors;

namespace Unfold.Models;

/// <summary>What can be said of any model's file before it is read.</summary>
public static class ModelFile
{
    /// <summary>The task that a model was made for: <c>text</c> is read by <see cref="LanguageModel.Load"/>, <c>image</c> by <see cref="ImageClassifier.Load"/>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ModelFileException">The file cannot be read, or is no model of this program.</exception>
    public static string TaskOf(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Metadata.TryGetValue("task", out string? task) ? task : throw new ModelFileException($"'{path}' is not a usable model: its metadata have no 'task'.");
    }
}
