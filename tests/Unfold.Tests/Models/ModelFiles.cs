using Unfold.Formats.Safetensors;
using Unfold.Tensors;

namespace Unfold.Tests.Models;

/// <summary>Models' files that are made wrong.</summary>
internal static class ModelFiles
{
    /// <summary>Writes a file again with another text in its metadata, or without it.</summary>
    public static void ChangeMetadata(string path, string key, string? value) => Rewrite(path, (_, _) => true, metadata =>
    {
        if (value is null)
            metadata.Remove(key);
        else
            metadata[key] = value;
    });

    /// <summary>Writes a file again with other metadata and without some tensors.</summary>
    public static void Rewrite(string path, Func<string, Shape, bool> keep, Action<SortedDictionary<string, string>> change, params (string Name, Tensor Tensor)[] more)
    {
        SafetensorsWriter writer = new();
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            foreach (TensorEntry tensor in file.Tensors.Where(tensor => keep(tensor.Name, tensor.Shape)))
                writer.Add(tensor.Name, file.Read(tensor.Name));
            foreach ((string key, string value) in file.Metadata)
                writer.Metadata[key] = value;
        }

        foreach ((string name, Tensor tensor) in more)
            writer.Add(name, tensor);
        change(writer.Metadata);
        writer.Save(path);
    }
}
