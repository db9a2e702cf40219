using System.Text.Json;
using Unfold.Data;
using Unfold.Data.Sequences;
using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// Everything of a sequence classifier but its weights, and how a file's metadata holds it: the task, the layers, the cell's equations, the augmentation, what the sequences are and how
/// they are prepared, the names of the classes, the options and the training report.
/// </summary>
internal sealed record SequenceClassifierFile(SequencePreparation Preparation, IReadOnlyList<string> Classes, TrainingReport Report)
{
    /// <summary>The task's name in files and reports.</summary>
    internal const string Task = "classify";

    private const int MostClasses = 1 << 20, MostChannels = 1 << 16, MostRate = 1 << 20;

    /// <summary>How the model was built and trained.</summary>
    internal SequenceClassifierOptions Options => Preparation.Options;

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        SequenceEncoderFile.Write(writer, Options.Encoder);
        writer.Metadata["augment"] = Options.Augment;
        writer.Metadata["options"] = ModelOptionsJson.Write(Options);
        writer.Metadata["sequences"] = ModelMetadata.Json(WriteSequences);
        ModelMetadata.WriteReport(writer, Report);
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static SequenceClassifierFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            SequenceClassifierOptions options = ModelOptionsJson.Read<SequenceClassifierOptions>(ModelMetadata.Text(file, "options"));
            options = options with { Encoder = SequenceEncoderFile.Read(file), Augment = ModelMetadata.Text(file, "augment") };
            options.Check();
            using JsonDocument sequences = JsonDocument.Parse(ModelMetadata.Text(file, "sequences"));
            return ReadSequences(sequences.RootElement, options, ModelMetadata.ReadReport(file));
        }
        catch (Exception e) when (e is FormatException or JsonException or OptionException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable sequence classifier: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Refuses to go on with a run whose model or data would be others.</summary>
    /// <param name="now">What the options ask for now.</param>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal void RequireSameRun(SequenceClassifierFile now)
    {
        SequenceClassifierOptions then = Options, asked = now.Options;
        SequenceEncoderFile.RequireSame(then.Encoder, asked.Encoder);
        SameRun.Require(nameof(then.Augment), then.Augment, asked.Augment);
        SameRun.Require(nameof(then.Reading), then.Reading, asked.Reading);
        SameRun.Require(nameof(then.Embedding), then.Embedding, asked.Embedding);
        SameRun.Require(nameof(then.Tokens), then.Tokens, asked.Tokens);
        SameRun.Require(nameof(then.VocabularySize), then.VocabularySize, asked.VocabularySize);
        SameRun.Require(nameof(then.Sentences), then.Sentences, asked.Sentences);
        SameRun.Require(nameof(then.Bands), then.Bands, asked.Bands);
        SameRun.Require(nameof(then.NormalizeEach), then.NormalizeEach, asked.NormalizeEach);
        SameRun.Require(nameof(then.MaxSteps), then.MaxSteps, asked.MaxSteps);
        SameRun.Require(nameof(then.MultiLabel), then.MultiLabel, asked.MultiLabel);
        SameRun.Require(nameof(then.TestShare), then.TestShare, asked.TestShare);
        SameRun.Require(nameof(then.Validation), then.Validation, asked.Validation);
        SameRun.Require(then, asked);
    }

    private static SequenceClassifierFile ReadSequences(JsonElement json, SequenceClassifierOptions options, TrainingReport report)
    {
        try
        {
            SequenceInput input = json.GetProperty("input").GetString() switch
            {
                "series" => SequenceInput.Series,
                "text" => SequenceInput.Text,
                "audio" => SequenceInput.Audio,
                _ => throw new FormatException("its sequences are of an unknown kind"),
            };
            int width = json.GetProperty("width").GetInt32();
            string[] classes = ModelMetadata.Texts(json.GetProperty("classes"));
            if (classes.Length is 0 or > MostClasses)
                throw new FormatException($"it has {classes.Length} classes");
            if (input == SequenceInput.Text)
            {
                TokenKind kind = options.Tokens ?? throw new FormatException("it does not say what its tokens are");
                Vocabulary vocabulary = new(kind, json.GetProperty("vocabulary").EnumerateArray().Select(token => token.GetString() ?? ""), json.GetProperty("unknown").GetInt32());
                if (vocabulary.Unknown < 0)
                    throw new FormatException("its vocabulary has no unknown token");
                return new SequenceClassifierFile(new SequencePreparation(input, 0, [], [], vocabulary, options), classes, report);
            }

            float[] mean = ModelMetadata.Numbers(json.GetProperty("mean")), deviation = ModelMetadata.Numbers(json.GetProperty("deviation"));
            int channels = input == SequenceInput.Audio ? options.Bands : width;
            if (width < 1 || (input == SequenceInput.Audio ? width is < 1000 or > MostRate : width > MostChannels))
                throw new FormatException($"its sequences cannot be {width} wide");
            if (mean.Length != channels || deviation.Length != channels || mean.Any(number => !float.IsFinite(number)) || deviation.Any(number => !(number > 0) || !float.IsFinite(number)))
                throw new FormatException("its normalisation does not fit its sequences");
            return new SequenceClassifierFile(new SequencePreparation(input, width, mean, deviation, null, options), classes, report);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException($"the description of its sequences cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private void WriteSequences(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("input", Preparation.Input switch { SequenceInput.Text => "text", SequenceInput.Audio => "audio", _ => "series" });
        json.WriteNumber("width", Preparation.Width);
        ModelMetadata.WriteNumbers(json, "mean", Preparation.Mean);
        ModelMetadata.WriteNumbers(json, "deviation", Preparation.Deviation);
        if (Preparation.Vocabulary is Vocabulary vocabulary)
        {
            json.WriteNumber("unknown", vocabulary.Unknown);
            ModelMetadata.WriteTexts(json, "vocabulary", vocabulary.Tokens);
        }

        ModelMetadata.WriteTexts(json, "classes", Classes);
        json.WriteEndObject();
    }
}
