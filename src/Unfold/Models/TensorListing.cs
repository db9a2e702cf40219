using System.Globalization;
using System.Text;
using Unfold.Formats;
using Unfold.Formats.Numpy;
using Unfold.Formats.Safetensors;

namespace Unfold.Models;

/// <summary>What is in a file of tensors, of whatever tool: names, element types, shapes, and the file's own texts.</summary>
internal static class TensorListing
{
    private const int LongestText = 200;

    /// <summary>Lists the tensors of a safetensors, .npy or .npz file; which of them it is, its first bytes say.</summary>
    /// <exception cref="ModelFileException">The file cannot be read or is of another kind.</exception>
    internal static string Describe(string path)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.Npy:
                return List([Row(NpyFile.Describe(path))], []);
            case FileKind.Npz:
                using (NpzFile file = NpzFile.Open(path))
                    return List([.. file.Arrays.Select(Row)], []);
            default:
                using (SafetensorsFile file = SafetensorsFile.Open(path))
                    return List([.. file.Tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Sizes))], file.Metadata);
        }
    }

    private static (string Name, string Type, IReadOnlyList<long> Sizes) Row(NumpyEntry entry) => (entry.Name, entry.Type, entry.Sizes);

    private static string List((string Name, string Type, IReadOnlyList<long> Sizes)[] rows, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        StringBuilder text = new();
        double elements = rows.Sum(row => row.Sizes.Aggregate(1.0, (product, size) => product * size));
        text.AppendLine(CultureInfo.InvariantCulture, $"{rows.Length} {(rows.Length == 1 ? "tensor" : "tensors")}, {elements:N0} elements");
        int name = rows.Select(row => row.Name.Length).DefaultIfEmpty().Max(), type = rows.Select(row => row.Type.Length).DefaultIfEmpty().Max();
        foreach ((string Name, string Type, IReadOnlyList<long> Sizes) row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {row.Name.PadRight(name)}  {row.Type.PadRight(type)}  [{string.Join(", ", row.Sizes)}]");
        foreach ((string key, string value) in metadata)
            text.AppendLine(CultureInfo.InvariantCulture, $"metadata {key}: {(value.Length > LongestText ? value[..LongestText] + "…" : value).ReplaceLineEndings(" ")}");
        return text.ToString();
    }
}
