using Unfold.Formats;
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

    /// <summary>Whether a file is a model of this program, and not tensors of another tool's: safetensors with other metadata, NumPy's .npy or .npz.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Whether its metadata name a task.</returns>
    /// <exception cref="ModelFileException">The file cannot be read, or is a damaged safetensors file.</exception>
    public static bool IsModel(string path)
    {
        if (FileKinds.Of(path) != FileKind.Safetensors)
            return false;
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Metadata.ContainsKey("task") && file.Metadata.ContainsKey("format_version");
    }

    /// <summary>The tensors of any safetensors, .npy or .npz file, a line each: name, element type, shape; and the file's own texts.</summary>
    /// <param name="path">The file; what it is, its first bytes say.</param>
    /// <returns>Lines to print.</returns>
    /// <exception cref="ModelFileException">The file cannot be read, is damaged or of another kind.</exception>
    public static string DescribeTensors(string path) => TensorListing.Describe(path);
}
