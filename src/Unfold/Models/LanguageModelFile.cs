using System.Text.Json;
using Unfold.Cells;
using Unfold.Data;
using Unfold.Formats.Safetensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// Everything of a language model but its weights, and how a file's metadata holds it: the task, the layers, the cell's equations, the vocabulary with its
/// counts, the options and the training report.
/// </summary>
internal sealed record LanguageModelFile(LanguageModelOptions Options, Vocabulary Vocabulary, UnigramModel Unigrams, TrainingReport Report)
{
    /// <summary>The task's name in files and reports.</summary>
    internal const string Task = "text";

    /// <summary>The token that stands before a text: the end of the line before, or the first of the vocabulary where it has no line ends.</summary>
    internal int StartToken => Math.Max(0, Vocabulary.LineEnd);

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        writer.Metadata["layers"] = ModelMetadata.Json(WriteLayers);
        writer.Metadata["cell"] = Options.Cell.Text;
        writer.Metadata["cell_name"] = Options.Cell.Name;
        writer.Metadata["options"] = ModelOptionsJson.Write(Options);
        writer.Metadata["vocabulary"] = ModelMetadata.Json(WriteVocabulary);
        ModelMetadata.WriteReport(writer, Report);
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static LanguageModelFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            LanguageModelOptions options = ModelOptionsJson.Read<LanguageModelOptions>(ModelMetadata.Text(file, "options")) with { Cell = ReadCell(ModelMetadata.Text(file, "cell"), ModelMetadata.Text(file, "cell_name")) };
            options.Check();
            (Vocabulary vocabulary, UnigramModel unigrams) = ReadVocabulary(ModelMetadata.Text(file, "vocabulary"));
            return new LanguageModelFile(options, vocabulary, unigrams, ModelMetadata.ReadReport(file));
        }
        catch (Exception e) when (e is FormatException or JsonException or OptionException)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable language model: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Refuses to go on with a run whose model or data would be cut otherwise.</summary>
    /// <param name="now">What the options ask for now.</param>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal void RequireSameRun(LanguageModelFile now)
    {
        LanguageModelOptions then = Options;
        LanguageModelOptions asked = now.Options;
        SameRun.Require(nameof(then.Cell), then.Cell.Text, asked.Cell.Text, then.Cell.Name, asked.Cell.Name);
        SameRun.Require(nameof(then.Hidden), then.Hidden, asked.Hidden);
        SameRun.Require(nameof(then.Layers), then.Layers, asked.Layers);
        SameRun.Require(nameof(then.Embedding), then.Embedding ?? then.Hidden, asked.Embedding ?? asked.Hidden);
        SameRun.Require(nameof(then.SkipConnections), then.SkipConnections, asked.SkipConnections);
        SameRun.Require(nameof(then.Tokens), then.Tokens, asked.Tokens);
        SameRun.Require(nameof(then.VocabularySize), then.VocabularySize, asked.VocabularySize);
        SameRun.Require(nameof(then.Validation), then.Validation, asked.Validation);
        SameRun.Require(nameof(then.Unroll), then.Unroll, asked.Unroll);
        SameRun.Require(then, asked);
    }

    private static Cell ReadCell(string text, string name)
    {
        try
        {
            return Cell.Parse(text, name);
        }
        catch (CellException e)
        {
            throw new FormatException($"its cell's equations are wrong: {e.Message}", e);
        }
    }

    /// <summary>For readers who have only the file: what the weights belong to, from input to output.</summary>
    private void WriteLayers(Utf8JsonWriter json)
    {
        int embedding = Options.Embedding ?? Options.Hidden;
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("name", "encoder");
        json.WriteString("kind", "embedding");
        json.WriteNumber("vocabulary", Vocabulary.Count);
        json.WriteNumber("output", embedding);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("name", "rnn");
        json.WriteString("kind", "recurrent");
        json.WriteString("cell", Options.Cell.Name);
        json.WriteNumber("input", embedding);
        json.WriteNumber("hidden", Options.Hidden);
        json.WriteNumber("layers", Options.Layers);
        json.WriteBoolean("skip_connections", Options.SkipConnections);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("name", "decoder");
        json.WriteString("kind", "linear");
        json.WriteNumber("output", Vocabulary.Count);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteVocabulary(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", Vocabulary.Kind == TokenKind.Word ? "word" : "character");
        json.WriteNumber("unknown", Vocabulary.Unknown);
        json.WriteStartArray("tokens");
        foreach (string token in Vocabulary.Tokens)
            json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteStartArray("counts");
        foreach (long count in Unigrams.Counts)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static (Vocabulary Vocabulary, UnigramModel Unigrams) ReadVocabulary(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement json = document.RootElement;
            TokenKind kind = json.GetProperty("kind").GetString() switch
            {
                "word" => TokenKind.Word,
                "character" => TokenKind.Character,
                string other => throw new FormatException($"its vocabulary is of the unknown kind '{other}'"),
                null => throw new FormatException("its vocabulary has no kind"),
            };
            Vocabulary vocabulary = new(kind, json.GetProperty("tokens").EnumerateArray().Select(token => token.GetString() ?? ""), json.GetProperty("unknown").GetInt32());
            long[] counts = [.. json.GetProperty("counts").EnumerateArray().Select(count => count.GetInt64())];
            if (counts.Length != vocabulary.Count || counts.Any(count => count is < 0 or > 1L << 48))
                throw new FormatException($"its vocabulary has {vocabulary.Count} tokens, but {counts.Length} counts, or one that cannot be");
            return (vocabulary, new UnigramModel(counts));
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new FormatException($"its vocabulary cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
