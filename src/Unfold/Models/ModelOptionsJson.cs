using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>The options of models as JSON, without what concerns one run's files. The code is generated when the library is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ForecasterOptions))]
[JsonSerializable(typeof(ImageClassifierOptions))]
[JsonSerializable(typeof(LanguageModelOptions))]
[JsonSerializable(typeof(MusicModelOptions))]
[JsonSerializable(typeof(SequenceClassifierOptions))]
[JsonSerializable(typeof(TaggerOptions))]
internal sealed partial class ModelOptionsJson : JsonSerializerContext
{
    /// <summary>The options as a JSON object.</summary>
    internal static string Write<TOptions>(TOptions options)
        where TOptions : TrainingOptions => JsonSerializer.Serialize(options, TypeOf<TOptions>());

    /// <summary>Reads what <see cref="Write"/> wrote; what is missing has its default, what is not known is passed over.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static TOptions Read<TOptions>(string text)
        where TOptions : TrainingOptions, new()
    {
        try
        {
            // Over the defaults: a generated reader would leave zeros where an option is missing.
            JsonObject merged = (JsonObject)JsonSerializer.SerializeToNode(new TOptions(), TypeOf<TOptions>())!;
            foreach ((string name, JsonNode? value) in JsonNode.Parse(text) as JsonObject ?? throw new JsonException("they are not a JSON object"))
                merged[name] = value?.DeepClone();
            return merged.Deserialize(TypeOf<TOptions>())!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"its options cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static JsonTypeInfo<TOptions> TypeOf<TOptions>() => (JsonTypeInfo<TOptions>)Default.GetTypeInfo(typeof(TOptions))!;
}
