using System.Globalization;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx;

/// <summary>What an ONNX file takes and gives.</summary>
/// <param name="Opset">The version of the operators' definitions.</param>
/// <param name="Producer">The program that wrote it.</param>
/// <param name="Nodes">The operators of its graph; those within the bodies of others are not counted.</param>
/// <param name="Inputs">Its inputs as <c>x [T, N, 8] float</c>; sizes that vary by their names.</param>
/// <param name="Outputs">Its outputs likewise.</param>
/// <param name="Metadata">What its author says about it.</param>
public sealed record OnnxSummary(
    int Opset, string Producer, int Nodes, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Reads a file as far as this is concerned.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">It cannot be read, or is no ONNX model.</exception>
    public static OnnxSummary Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ModelProto model = ModelReader.Read(path);
        HashSet<string> constants = [.. model.Graph.Initializer.Select(constant => constant.Name)];
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in model.MetadataProps)
            metadata[entry.Key] = entry.Value;
        return new OnnxSummary(
            ModelReader.Opset(model), $"{model.ProducerName} {model.ProducerVersion}".Trim(), model.Graph.Node.Count,
            [.. model.Graph.Input.Where(input => !constants.Contains(input.Name)).Select(Text)], [.. model.Graph.Output.Select(Text)], metadata);
    }

    private static string Text(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? tensor = value.Type?.TensorType;
        string shape = tensor?.Shape is null ? "" : $" [{string.Join(", ", tensor.Shape.Dim.Select(Text))}]";
        return $"{value.Name}{shape} {tensor?.ElemType.ToString().ToLowerInvariant()}".TrimEnd();
    }

    private static string Text(TensorShapeProto.Types.Dimension size) =>
        size.DimParam.Length > 0 ? size.DimParam : size.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? size.DimValue.ToString(CultureInfo.InvariantCulture) : "?";
}
