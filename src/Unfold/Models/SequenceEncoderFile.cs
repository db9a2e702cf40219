using System.Text.Json;
using Unfold.Cells;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>How a model's file holds the options of its <see cref="SequenceEncoder"/>: as JSON, and the cell's equations as they were written.</summary>
internal static class SequenceEncoderFile
{
    private const string Key = "encoder", CellKey = "cell", CellNameKey = "cell_name";

    /// <summary>Adds the options to a file's metadata.</summary>
    internal static void Write(SafetensorsWriter writer, SequenceEncoderOptions options)
    {
        writer.Metadata[Key] = ModelMetadata.Json(json => Write(json, options));
        if (options.Layer is not RecurrentOptions recurrent)
            return;
        writer.Metadata[CellKey] = recurrent.Cell.Text;
        writer.Metadata[CellNameKey] = recurrent.Cell.Name;
    }

    /// <summary>Reads what <see cref="Write(SafetensorsWriter, SequenceEncoderOptions)"/> wrote.</summary>
    /// <exception cref="FormatException">The metadata hold something else.</exception>
    internal static SequenceEncoderOptions Read(SafetensorsFile file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ModelMetadata.Text(file, Key));
            JsonElement json = document.RootElement;
            SequenceLayerOptions layer = json.GetProperty("layer").GetString() switch
            {
                "recurrent" => ReadRecurrent(json, Cell.Parse(ModelMetadata.Text(file, CellKey), ModelMetadata.Text(file, CellNameKey))),
                "tcn" => ReadConvolutional(json),
                string other => throw new FormatException($"its encoder is of the unknown kind '{other}'"),
                null => throw new FormatException("its encoder has no kind"),
            };
            if (!Enum.TryParse(json.GetProperty("merge").GetString(), out DirectionMerge merge) || !Enum.IsDefined(merge))
                throw new FormatException("its encoder merges directions in an unknown way");
            return new SequenceEncoderOptions { Layer = layer, Bidirectional = json.GetProperty("bidirectional").GetBoolean(), Merge = merge };
        }
        catch (CellException e)
        {
            throw new FormatException($"its cell's equations are wrong: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or JsonException)
        {
            throw new FormatException($"the description of its encoder cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    /// <summary>Refuses to go on with a run whose encoder would be another.</summary>
    /// <exception cref="OptionException">The options differ.</exception>
    internal static void RequireSame(SequenceEncoderOptions then, SequenceEncoderOptions now)
    {
        if (then.Layer is RecurrentOptions a && now.Layer is RecurrentOptions b)
            SameRun.Require(nameof(RecurrentOptions.Cell), a.Cell.Text, b.Cell.Text, a.Cell.Name, b.Cell.Name);
        string before = ModelMetadata.Json(json => Write(json, then)), after = ModelMetadata.Json(json => Write(json, now));
        SameRun.Require("Encoder", before, after);
    }

    private static RecurrentOptions ReadRecurrent(JsonElement json, Cell cell) => new(cell)
    {
        Hidden = json.GetProperty("hidden").GetInt32(),
        Layers = json.GetProperty("layers").GetInt32(),
        Dropout = json.GetProperty("dropout").GetSingle(),
        SkipConnections = json.GetProperty("skip_connections").GetBoolean(),
    };

    private static TemporalConvolutionalOptions ReadConvolutional(JsonElement json) => new()
    {
        Channels = json.GetProperty("hidden").GetInt32(),
        Levels = json.GetProperty("levels").GetInt32(),
        Kernel = json.GetProperty("kernel").GetInt32(),
        Dropout = json.GetProperty("dropout").GetSingle(),
    };

    private static void Write(Utf8JsonWriter json, SequenceEncoderOptions options)
    {
        json.WriteStartObject();
        switch (options.Layer)
        {
            case RecurrentOptions recurrent:
                json.WriteString("layer", "recurrent");
                json.WriteString("cell", recurrent.Cell.Name);
                json.WriteNumber("hidden", recurrent.Hidden);
                json.WriteNumber("layers", recurrent.Layers);
                json.WriteNumber("dropout", recurrent.Dropout);
                json.WriteBoolean("skip_connections", recurrent.SkipConnections);
                break;
            case TemporalConvolutionalOptions tcn:
                json.WriteString("layer", "tcn");
                json.WriteNumber("hidden", tcn.Channels);
                json.WriteNumber("levels", tcn.Levels);
                json.WriteNumber("kernel", tcn.Kernel);
                json.WriteNumber("dropout", tcn.Dropout);
                break;
            default:
                throw new NotSupportedException($"There is no form in files for {options.Layer}.");
        }

        json.WriteBoolean("bidirectional", options.Bidirectional);
        json.WriteString("merge", options.Merge.ToString());
        json.WriteEndObject();
    }
}
