using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What all models' files have in common in their metadata.</summary>
internal static class ModelMetadata
{
    private const int Version = 1;

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Says what a file is.</summary>
    internal static void WriteHead(SafetensorsWriter writer, string task)
    {
        writer.Metadata["task"] = task;
        writer.Metadata["format_version"] = Version.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Refuses a file that is another task's or of another version.</summary>
    /// <exception cref="FormatException">It is.</exception>
    internal static void CheckHead(SafetensorsFile file, string task)
    {
        string found = Text(file, "task");
        if (found != task)
            throw new FormatException($"it is a model for the task '{found}'");
        string version = Text(file, "format_version");
        if (version != Version.ToString(CultureInfo.InvariantCulture))
            throw new FormatException($"it has the format version {version}, and this program reads version {Version}");
    }

    /// <summary>A text of a file's metadata.</summary>
    /// <exception cref="FormatException">There is no such text.</exception>
    internal static string Text(SafetensorsFile file, string key) =>
        file.Metadata.TryGetValue(key, out string? text) ? text : throw new FormatException($"its metadata have no '{key}'");

    /// <summary>JSON as a text.</summary>
    internal static string Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
            write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Adds what training did, without what depends on the machine.</summary>
    internal static void WriteReport(SafetensorsWriter writer, TrainingReport report) =>
        writer.Metadata["report"] = Json(json => TrainingReportJson.Write(json, report.WithoutCircumstances()));

    /// <summary>What training did.</summary>
    /// <exception cref="FormatException">There is no such text, or it is no report.</exception>
    internal static TrainingReport ReadReport(SafetensorsFile file)
    {
        using JsonDocument report = JsonDocument.Parse(Text(file, "report"));
        return TrainingReportJson.Read(report.RootElement);
    }

    /// <summary>Numbers in a list.</summary>
    internal static float[] Numbers(JsonElement json) => [.. json.EnumerateArray().Select(number => number.GetSingle())];

    /// <summary>Adds numbers as a list.</summary>
    internal static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<float> numbers)
    {
        json.WriteStartArray(name);
        foreach (float number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    /// <summary>Texts in a list.</summary>
    internal static string[] Texts(JsonElement json) => [.. json.EnumerateArray().Select(text => text.GetString() ?? "")];

    /// <summary>Adds texts as a list.</summary>
    internal static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
