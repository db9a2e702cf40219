using System.Text.Json;
using Unfold.Data.Tagging;
using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// Everything of a tagger but its weights, and how a file's metadata holds it: the task, the layers, the cell's equations, how files are read, what the columns may hold, the labels, the options and
/// the training report.
/// </summary>
internal sealed record TaggerFile(TaggerPreparation Preparation, TrainingReport Report)
{
    /// <summary>The task's name in files and reports.</summary>
    internal const string Task = "tag";

    private const int MostColumns = 1000, MostLabels = 1 << 20;

    /// <summary>How the model was built and trained.</summary>
    internal TaggerOptions Options => Preparation.Options;

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        SequenceEncoderFile.Write(writer, Options.Encoder);
        writer.Metadata["options"] = ModelOptionsJson.Write(Options);
        writer.Metadata["sentences"] = ModelMetadata.Json(WriteSentences);
        ModelMetadata.WriteReport(writer, Report);
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static TaggerFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            TaggerOptions options = ModelOptionsJson.Read<TaggerOptions>(ModelMetadata.Text(file, "options")) with { Encoder = SequenceEncoderFile.Read(file) };
            options.Check();
            using JsonDocument sentences = JsonDocument.Parse(ModelMetadata.Text(file, "sentences"));
            return new TaggerFile(ReadSentences(sentences.RootElement, options), ModelMetadata.ReadReport(file));
        }
        catch (Exception e) when (e is FormatException or JsonException or OptionException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable tagger: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Refuses to go on with a run whose model or data would be others.</summary>
    /// <param name="now">What the options ask for now.</param>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal void RequireSameRun(TaggerFile now)
    {
        TaggerOptions then = Options, asked = now.Options;
        SequenceEncoderFile.RequireSame(then.Encoder, asked.Encoder);
        SameRun.Require("Columns", Columns(Preparation), Columns(now.Preparation));
        SameRun.Require(nameof(then.Embedding), then.Embedding, asked.Embedding);
        SameRun.Require(nameof(then.ColumnEmbedding), then.ColumnEmbedding, asked.ColumnEmbedding);
        SameRun.Require(nameof(then.Characters), then.Characters, asked.Characters);
        SameRun.Require(nameof(then.CharacterEmbedding), then.CharacterEmbedding, asked.CharacterEmbedding);
        SameRun.Require(nameof(then.VocabularySize), then.VocabularySize, asked.VocabularySize);
        SameRun.Require(nameof(then.Crf), then.Crf, asked.Crf);
        SameRun.Require(nameof(then.Feedback), then.Feedback, asked.Feedback);
        SameRun.Require(nameof(then.MaxSteps), then.MaxSteps, asked.MaxSteps);
        SameRun.Require(nameof(then.Validation), then.Validation, asked.Validation);
        SameRun.Require(then, asked);
    }

    private static string Columns(TaggerPreparation preparation) => $"{string.Join(',', preparation.Format.Inputs!)} -> {preparation.Format.Label}";

    private static TaggerPreparation ReadSentences(JsonElement json, TaggerOptions options)
    {
        try
        {
            int[] inputs = [.. json.GetProperty("inputs").EnumerateArray().Select(column => column.GetInt32())];
            TaggedFormat format = new() { IsConllu = json.GetProperty("conllu").GetBoolean(), Inputs = inputs, Label = json.GetProperty("label").GetInt32() };
            TokenTable[] columns = [.. json.GetProperty("columns").EnumerateArray().Select(column => new TokenTable(ModelMetadata.Texts(column)))];
            string[] labels = ModelMetadata.Texts(json.GetProperty("labels"));
            int most = format.IsConllu ? 10 : MostColumns;
            if (inputs.Length == 0 || columns.Length != inputs.Length || inputs.Append(format.Label.Value).Any(column => column < 1 || column > most) || inputs.Append(format.Label.Value).Distinct().Count() <= inputs.Length)
                throw new FormatException("its columns do not fit one another");
            if (labels.Length is 0 or > MostLabels || labels.Distinct().Count() < labels.Length)
                throw new FormatException($"it has {labels.Length} labels, or one of them twice");
            return new TaggerPreparation(format, columns, new TokenTable(ModelMetadata.Texts(json.GetProperty("characters"))), labels, json.GetProperty("spans").GetBoolean(), options);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException($"the description of its sentences cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private void WriteSentences(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("conllu", Preparation.Format.IsConllu);
        json.WriteNumber("label", Preparation.Format.Label!.Value);
        json.WriteBoolean("spans", Preparation.AreSpansKept);
        json.WriteStartArray("inputs");
        foreach (int column in Preparation.Format.Inputs!)
            json.WriteNumberValue(column);
        json.WriteEndArray();
        ModelMetadata.WriteTexts(json, "labels", Preparation.Labels);
        ModelMetadata.WriteTexts(json, "characters", Preparation.Characters.Tokens);
        json.WriteStartArray("columns");
        foreach (TokenTable column in Preparation.Columns)
        {
            json.WriteStartArray();
            foreach (string token in column.Tokens)
                json.WriteStringValue(token);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
