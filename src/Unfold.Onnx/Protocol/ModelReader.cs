using System.Globalization;
using Google.Protobuf;

namespace Unfold.Onnx.Protocol;

/// <summary>Reads ONNX files that anybody may have made.</summary>
internal static class ModelReader
{
    /// <summary>The versions of the operators' definitions that are read: older ones define operators otherwise, newer ones are not known.</summary>
    public const int OldestOpset = 6, NewestOpset = 26;

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model, whose graph is there and whose operators are of known versions.</returns>
    /// <exception cref="ModelFileException">There is no such file, or it is no usable model; the message says why.</exception>
    public static ModelProto Read(string path)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > Array.MaxLength)
                throw new ModelFileException($"'{path}' is not a usable ONNX model: it has {length:N0} bytes, and such a file has less than 2 GiB.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ModelFileException($"Cannot read '{path}': {e.Message}", e);
        }

        try
        {
            return Parse(bytes);
        }
        catch (FormatException e)
        {
            throw new ModelFileException($"'{path}' is not a usable ONNX model: {e.Message}.", e);
        }
    }

    /// <summary>Reads a model from its bytes.</summary>
    /// <exception cref="FormatException">It is no usable model; the message says why, without a full stop.</exception>
    public static ModelProto Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new FormatException("it is empty");
        WireLimits.Check(bytes, ModelProto.Descriptor);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"its parts cannot be read ({e.Message.TrimEnd('.')})", e);
        }

        if (model.Graph is null || model.Graph.Node.Count == 0)
            throw new FormatException("it has no graph of operators");
        if (model.Functions.Count > 0)
            throw new FormatException($"it defines functions of its own, as '{model.Functions[0].Name}', which are not supported: write it anew with the functions inlined");
        if (model.Graph.SparseInitializer.Count > 0)
            throw new FormatException("it has sparse constants, which are not supported: write it anew with dense ones");
        Opset(model);
        return model;
    }

    /// <summary>The version of the operators' definitions.</summary>
    /// <exception cref="FormatException">There is none, or one that is not known.</exception>
    public static int Opset(ModelProto model)
    {
        long[] versions = [.. model.OpsetImport.Where(import => import.Domain is "" or "ai.onnx").Select(import => import.Version)];
        if (versions is not [>= OldestOpset and <= NewestOpset])
        {
            string found = versions.Length == 0 ? "none is named" : string.Join(" and ", versions.Select(version => version.ToString(CultureInfo.InvariantCulture)));
            throw new FormatException($"the version of its operators (opset) should be one from {OldestOpset} to {NewestOpset}, but {found}");
        }

        return (int)versions[0];
    }
}
