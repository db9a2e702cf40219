using System.Text.Json;
using Unfold.Data.Images;
using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// Everything of an image classifier but its weights, and how a file's metadata holds it: the task, the layers as they were written, the augmentation, the size of the
/// images, their normalisation, the names of the classes, the options and the training report.
/// </summary>
internal sealed record ImageClassifierFile(
    ImageClassifierOptions Options, ImageSize Size, IReadOnlyList<string> Classes, ImageNormalization Normalization, TrainingReport Report)
{
    /// <summary>The task's name in files and reports.</summary>
    internal const string Task = "image";

    private const int MostClasses = 1 << 20;

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        writer.Metadata["layers"] = Options.Layers;
        writer.Metadata["augment"] = Options.Augment;
        writer.Metadata["options"] = ModelOptionsJson.Write(Options);
        writer.Metadata["images"] = ModelMetadata.Json(WriteImages);
        ModelMetadata.WriteReport(writer, Report);
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static ImageClassifierFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            ImageClassifierOptions options = ModelOptionsJson.Read<ImageClassifierOptions>(ModelMetadata.Text(file, "options"));
            options = options with { Layers = ModelMetadata.Text(file, "layers"), Augment = ModelMetadata.Text(file, "augment") };
            options.Check();
            using JsonDocument images = JsonDocument.Parse(ModelMetadata.Text(file, "images"));
            return ReadImages(images.RootElement, options, ModelMetadata.ReadReport(file));
        }
        catch (Exception e) when (e is FormatException or JsonException or OptionException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable image classifier: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Refuses to go on with a run whose model or data would be others.</summary>
    /// <param name="now">What the options ask for now.</param>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal void RequireSameRun(ImageClassifierFile now)
    {
        SameRun.Require(nameof(Options.Layers), Options.Layers, now.Options.Layers);
        SameRun.Require(nameof(Options.Augment), Options.Augment, now.Options.Augment);
        SameRun.Require(nameof(Options.Validation), Options.Validation, now.Options.Validation);
        SameRun.Require(Options, now.Options);
    }

    private static ImageClassifierFile ReadImages(JsonElement json, ImageClassifierOptions options, TrainingReport report)
    {
        try
        {
            int[] size = [.. json.GetProperty("size").EnumerateArray().Select(number => number.GetInt32())];
            string[] classes = ModelMetadata.Texts(json.GetProperty("classes"));
            float[] mean = ModelMetadata.Numbers(json.GetProperty("mean"));
            float[] deviation = ModelMetadata.Numbers(json.GetProperty("deviation"));
            if (size.Length != 3 || size[0] is < 1 or > 4096 || size[1] is < 1 or > 8192 || size[2] is < 1 or > 8192 || (long)size[0] * size[1] * size[2] > int.MaxValue)
                throw new FormatException("its images have a size that cannot be");
            if (classes.Length is 0 or > MostClasses)
                throw new FormatException($"it has {classes.Length} classes");
            if (mean.Length != size[0] || deviation.Length != size[0] || mean.Any(number => !float.IsFinite(number)) || deviation.Any(number => !(number > 0) || !float.IsFinite(number)))
                throw new FormatException("its normalisation does not fit its images");
            return new ImageClassifierFile(options, new ImageSize(size[0], size[1], size[2]), classes, new ImageNormalization(mean, deviation), report);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"the description of its images cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private void WriteImages(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("size");
        json.WriteNumberValue(Size.Channels);
        json.WriteNumberValue(Size.Height);
        json.WriteNumberValue(Size.Width);
        json.WriteEndArray();
        ModelMetadata.WriteNumbers(json, "mean", Normalization.Mean);
        ModelMetadata.WriteNumbers(json, "deviation", Normalization.Deviation);
        ModelMetadata.WriteTexts(json, "classes", Classes);
        json.WriteEndObject();
    }
}
