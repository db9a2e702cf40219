using System.Text.Json;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// Everything of a forecaster but its weights, and how a file's metadata holds it: the task, the layer, the cell's equations, the variables and their scale, the options and the training report.
/// </summary>
internal sealed record ForecasterFile(ForecasterOptions Options, IReadOnlyList<string> Variables, ForecastScale Scale, TrainingReport Report)
{
    /// <summary>The task's name in files and reports.</summary>
    internal const string Task = "forecast";

    private const int MostVariables = 1 << 16;

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        SequenceEncoderFile.Write(writer, new SequenceEncoderOptions { Layer = Options.Layer });
        writer.Metadata["options"] = ModelOptionsJson.Write(Options);
        writer.Metadata["series"] = ModelMetadata.Json(WriteSeries);
        ModelMetadata.WriteReport(writer, Report);
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static ForecasterFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            ForecasterOptions options = ModelOptionsJson.Read<ForecasterOptions>(ModelMetadata.Text(file, "options")) with { Layer = SequenceEncoderFile.Read(file).Layer };
            options.Check();
            using JsonDocument series = JsonDocument.Parse(ModelMetadata.Text(file, "series"));
            return ReadSeries(series.RootElement, options, ModelMetadata.ReadReport(file));
        }
        catch (Exception e) when (e is FormatException or JsonException or OptionException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable forecaster: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Refuses to go on with a run whose model or data would be others.</summary>
    /// <param name="now">What the options ask for now.</param>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal void RequireSameRun(ForecasterFile now)
    {
        ForecasterOptions then = Options, asked = now.Options;
        SequenceEncoderFile.RequireSame(new SequenceEncoderOptions { Layer = then.Layer }, new SequenceEncoderOptions { Layer = asked.Layer });
        SameRun.Require(nameof(then.Horizon), then.Horizon, asked.Horizon);
        SameRun.Require(nameof(then.LookBack), then.LookBack, asked.LookBack);
        SameRun.Require(nameof(then.Segment), then.Segment, asked.Segment);
        SameRun.Require(nameof(then.Joint), then.Joint, asked.Joint);
        SameRun.Require(nameof(then.View), then.View, asked.View);
        SameRun.Require(nameof(then.Embedding), then.Embedding, asked.Embedding);
        SameRun.Require(nameof(then.Loss), then.Loss, asked.Loss);
        SameRun.Require(nameof(then.Quantiles), string.Join(' ', then.Quantiles), string.Join(' ', asked.Quantiles));
        SameRun.Require(nameof(then.TrainingPart), then.TrainingPart, asked.TrainingPart);
        SameRun.Require(nameof(then.ValidationPart), then.ValidationPart, asked.ValidationPart);
        SameRun.Require(nameof(then.TestPart), then.TestPart, asked.TestPart);
        SameRun.Require(then, asked);
    }

    private static ForecasterFile ReadSeries(JsonElement json, ForecasterOptions options, TrainingReport report)
    {
        try
        {
            string[] variables = ModelMetadata.Texts(json.GetProperty("variables"));
            float[] mean = ModelMetadata.Numbers(json.GetProperty("mean")), deviation = ModelMetadata.Numbers(json.GetProperty("deviation"));
            if (variables.Length is 0 or > MostVariables)
                throw new FormatException($"it has {variables.Length} variables");
            bool fits = mean.Length == variables.Length && deviation.Length == variables.Length && mean.All(float.IsFinite) && deviation.All(number => number > 0 && float.IsFinite(number));
            return fits ? new ForecasterFile(options, variables, new ForecastScale(mean, deviation), report) : throw new FormatException("its normalisation does not fit its variables");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"the description of its series cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private void WriteSeries(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        ModelMetadata.WriteTexts(json, "variables", Variables);
        ModelMetadata.WriteNumbers(json, "mean", Scale.Mean);
        ModelMetadata.WriteNumbers(json, "deviation", Scale.Deviation);
        json.WriteEndObject();
    }
}
