using System.Reflection;
using Google.Protobuf;
using Unfold.Formats;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx.Export;

/// <summary>Puts a graph into a file.</summary>
internal static class ModelWriter
{
    /// <summary>The version of the operators' definitions that models are written in.</summary>
    public const int Opset = 17;

    // The intermediate representation that came with opset 17.
    private const int Representation = 8;

    // Protocol buffers allow no message beyond it; what is not a constant needs some bytes too.
    private const long MostBytes = int.MaxValue - (1L << 24);

    /// <summary>Writes the file, under its final name only when it is complete.</summary>
    /// <exception cref="ModelFileException">The model is larger than such a file can be, or the file cannot be written.</exception>
    public static void Write(string path, GraphWriter graph, IReadOnlyDictionary<string, string> metadata)
    {
        Refuse(path, graph.ConstantBytes + metadata.Sum(entry => (long)entry.Value.Length));
        Write(path, Model(graph, metadata));
    }

    /// <summary>Writes a model.</summary>
    /// <exception cref="ModelFileException">The model is larger than such a file can be, or the file cannot be written.</exception>
    public static void Write(string path, ModelProto model)
    {
        Refuse(path, model.Graph.Initializer.Sum(constant => (long)constant.RawData.Length));
        AtomicFile.Write(path, "the ONNX model", stream => model.WriteTo(stream));
    }

    private static void Refuse(string path, long bytes)
    {
        if (bytes > MostBytes)
        {
            throw new ModelFileException($"The model is not written to '{path}': its weights take {bytes:N0} bytes, and an ONNX file holds less than 2 GiB, "
                + "which is the most that a message of protocol buffers can have.");
        }
    }

    /// <summary>The message; the same graph gives the same bytes.</summary>
    public static ModelProto Model(GraphWriter graph, IReadOnlyDictionary<string, string> metadata)
    {
        ModelProto model = new()
        {
            IrVersion = Representation,
            ProducerName = "unfold",
            ProducerVersion = typeof(ModelWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            Graph = graph.Graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }
}
