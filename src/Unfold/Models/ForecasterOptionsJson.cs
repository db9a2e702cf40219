using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Unfold.Models;

/// <summary>The options of a forecaster as JSON, without what concerns one run's files. The code is generated when the library is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ForecasterOptions))]
internal sealed partial class ForecasterOptionsJson : JsonSerializerContext
{
    /// <summary>The options as a JSON object.</summary>
    internal static string Write(ForecasterOptions options) => JsonSerializer.Serialize(options, Default.ForecasterOptions);

    /// <summary>Reads what <see cref="Write"/> wrote; what is missing has its default, what is not known is passed over.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static ForecasterOptions Read(string text)
    {
        try
        {
            // Over the defaults: a generated reader would leave zeros where an option is missing.
            JsonObject merged = (JsonObject)JsonSerializer.SerializeToNode(new ForecasterOptions(), Default.ForecasterOptions)!;
            foreach ((string name, JsonNode? value) in JsonNode.Parse(text) as JsonObject ?? throw new JsonException("they are not a JSON object"))
                merged[name] = value?.DeepClone();
            return merged.Deserialize(Default.ForecasterOptions)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"its options cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
