using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unfold.Models;

/// <summary>The options of a language model as JSON, without what concerns one run's files. The code is generated when the library is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LanguageModelOptions))]
internal sealed partial class LanguageModelOptionsJson : JsonSerializerContext
{
    /// <summary>The options as a JSON object.</summary>
    internal static string Write(LanguageModelOptions options) => JsonSerializer.Serialize(options, Default.LanguageModelOptions);

    /// <summary>Reads what <see cref="Write"/> wrote, but for the cell.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static LanguageModelOptions Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Default.LanguageModelOptions) ?? throw new FormatException("its options are missing");
        }
        catch (JsonException e)
        {
            throw new FormatException($"its options cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
