using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Unfold.Measurement;

/// <summary>A speed report as JSON.</summary>
internal static class SpeedReportJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    internal static string Write(SpeedReport report)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, Indented))
            Write(json, report);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, SpeedReport report)
    {
        json.WriteStartObject();
        json.WriteString("processor", report.Machine.Processor);
        json.WriteNumber("processors", report.Machine.Processors);
        json.WriteNumber("vector_bits", report.Machine.VectorBits);
        json.WriteNumber("threads", report.Machine.Threads);
        json.WriteNumber("limit_gflops", report.Machine.Limit);
        json.WriteStartArray("layers");
        foreach (SpeedRow row in report.Rows)
            Write(json, row);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SpeedRow row)
    {
        json.WriteStartObject();
        json.WriteString("cell", row.Cell);
        json.WriteString("pass", row.Pass.ToString().ToLowerInvariant());
        json.WriteNumber("t", row.Size.T);
        json.WriteNumber("n", row.Size.N);
        json.WriteNumber("c", row.Size.C);
        json.WriteNumber("h", row.Size.H);
        json.WriteNumber("milliseconds", row.Time.Median);
        json.WriteNumber("least_milliseconds", row.Time.Least);
        json.WriteNumber("most_milliseconds", row.Time.Most);
        json.WriteNumber("gflops", row.GigaFlops);
        json.WriteNumber("share_of_limit", row.ShareOfLimit);
        json.WriteNumber("bytes_allocated", row.BytesAllocated);
        json.WriteEndObject();
    }
}
