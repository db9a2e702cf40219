using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Unfold.Metrics;

namespace Unfold.Training;

/// <summary>A training report as JSON, and back.</summary>
internal static class TrainingReportJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>The report as an indented JSON object; what is null is left out, but for a validation loss.</summary>
    internal static string Write(TrainingReport report)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Indented))
            Write(json, report);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the report as an object.</summary>
    internal static void Write(Utf8JsonWriter json, TrainingReport report)
    {
        json.WriteStartObject();
        json.WriteString("task", report.Task);
        if (report.Command.Length > 0)
            json.WriteString("command", report.Command);
        json.WriteNumber("seed", report.Seed);
        if (report.Threads is int threads)
            json.WriteNumber("threads", threads);
        json.WriteNumber("parameters", report.Parameters);
        json.WriteStartArray("epochs");
        foreach (EpochReport epoch in report.Epochs)
            Write(json, epoch);
        json.WriteEndArray();
        json.WriteStartObject("final");
        foreach ((string name, double value) in report.Final)
            WriteNumber(json, name, value);
        json.WriteEndObject();
        if (report.ItemsPerSecond is double rate)
            WriteNumber(json, "items_per_second", rate);
        if (report.Seconds is double seconds)
            WriteNumber(json, "seconds", seconds);
        if (report.Runs.Count > 0)
            WriteRuns(json, report);
        json.WriteEndObject();
    }

    private static void WriteRuns(Utf8JsonWriter json, TrainingReport report)
    {
        json.WriteStartObject("summary");
        foreach (MetricSummary metric in report.Summary)
        {
            json.WriteStartObject(metric.Name);
            WriteNumber(json, "mean", metric.Mean);
            WriteNumber(json, "deviation", metric.Deviation);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("runs");
        foreach (TrainingReport run in report.Runs)
            Write(json, run);
        json.WriteEndArray();
    }

    /// <summary>Reads what <see cref="Write(Utf8JsonWriter, TrainingReport)"/> wrote.</summary>
    /// <exception cref="FormatException">The object is not a report.</exception>
    internal static TrainingReport Read(JsonElement json)
    {
        try
        {
            return new TrainingReport
            {
                Task = json.GetProperty("task").GetString() ?? "",
                Command = json.TryGetProperty("command", out JsonElement command) ? command.GetString() ?? "" : "",
                Seed = json.GetProperty("seed").GetUInt64(),
                Threads = json.TryGetProperty("threads", out JsonElement threads) ? threads.GetInt32() : null,
                Parameters = json.GetProperty("parameters").GetInt64(),
                Epochs = [.. json.GetProperty("epochs").EnumerateArray().Select(ReadEpoch)],
                Final = json.GetProperty("final").EnumerateObject().ToDictionary(metric => metric.Name, metric => Number(metric.Value) ?? double.NaN),
                ItemsPerSecond = Optional(json, "items_per_second"),
                Seconds = Optional(json, "seconds"),
                Runs = json.TryGetProperty("runs", out JsonElement runs) ? [.. runs.EnumerateArray().Select(Read)] : [],
            };
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException("its training report is incomplete", e);
        }
    }

    /// <summary>Writes a number; JSON has none for what is not finite.</summary>
    internal static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter json, EpochReport epoch)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", epoch.Epoch);
        WriteNumber(json, "train_loss", epoch.TrainLoss);
        WriteNumber(json, "validation_loss", epoch.ValidationLoss);
        if (epoch.Metrics.Count > 0)
        {
            json.WriteStartObject("metrics");
            foreach (Metric metric in epoch.Metrics)
                WriteNumber(json, metric.Name, metric.Value);
            json.WriteEndObject();
        }

        if (epoch.Seconds is double seconds)
            WriteNumber(json, "seconds", seconds);
        json.WriteEndObject();
    }

    private static EpochReport ReadEpoch(JsonElement json) => new(
        json.GetProperty("epoch").GetInt32(), Number(json.GetProperty("train_loss")) ?? double.NaN, Number(json.GetProperty("validation_loss")), Optional(json, "seconds"))
    {
        Metrics = json.TryGetProperty("metrics", out JsonElement metrics)
            ? [.. metrics.EnumerateObject().Select(metric => new Metric(metric.Name, Number(metric.Value) ?? double.NaN))]
            : [],
    };

    private static double? Optional(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? Number(value) : null;

    private static double? Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetDouble();
}
