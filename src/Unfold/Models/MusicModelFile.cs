using System.Text.Json;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>Everything of a model of music but its weights, and how a file's metadata holds it: the task, the layer, the cell's equations, the options and the training report.</summary>
internal sealed record MusicModelFile(MusicModelOptions Options, TrainingReport Report)
{
    /// <summary>The task's name in files and reports.</summary>
    internal const string Task = "music";

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        SequenceEncoderFile.Write(writer, new SequenceEncoderOptions { Layer = Options.Layer });
        writer.Metadata["options"] = ModelOptionsJson.Write(Options);
        ModelMetadata.WriteReport(writer, Report);
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static MusicModelFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            MusicModelOptions options = ModelOptionsJson.Read<MusicModelOptions>(ModelMetadata.Text(file, "options")) with { Layer = SequenceEncoderFile.Read(file).Layer };
            options.Check();
            return new MusicModelFile(options, ModelMetadata.ReadReport(file));
        }
        catch (Exception e) when (e is FormatException or JsonException or OptionException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable model of music: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Refuses to go on with a run whose model or data would be others.</summary>
    /// <param name="now">What the options ask for now.</param>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal void RequireSameRun(MusicModelFile now)
    {
        SequenceEncoderFile.RequireSame(new SequenceEncoderOptions { Layer = Options.Layer }, new SequenceEncoderOptions { Layer = now.Options.Layer });
        SameRun.Require(nameof(Options.Transpose), Options.Transpose, now.Options.Transpose);
        SameRun.Require(Options, now.Options);
    }
}
