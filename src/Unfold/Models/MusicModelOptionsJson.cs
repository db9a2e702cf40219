using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Unfold.Models;

/// <summary>The options of a model of music as JSON, without what concerns one run's files. The code is generated when the library is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MusicModelOptions))]
internal sealed partial class MusicModelOptionsJson : JsonSerializerContext
{
    /// <summary>The options as a JSON object.</summary>
    internal static string Write(MusicModelOptions options) => JsonSerializer.Serialize(options, Default.MusicModelOptions);

    /// <summary>Reads what <see cref="Write"/> wrote; what is missing has its default, what is not known is passed over.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static MusicModelOptions Read(string text)
    {
        try
        {
            // Over the defaults: a generated reader would leave zeros where an option is missing.
            JsonObject merged = (JsonObject)JsonSerializer.SerializeToNode(new MusicModelOptions(), Default.MusicModelOptions)!;
            foreach ((string name, JsonNode? value) in JsonNode.Parse(text) as JsonObject ?? throw new JsonException("they are not a JSON object"))
                merged[name] = value?.DeepClone();
            return merged.Deserialize(Default.MusicModelOptions)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"its options cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
