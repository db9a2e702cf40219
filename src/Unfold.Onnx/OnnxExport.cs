using Unfold.Formats.Safetensors;
using Unfold.Models;
using Unfold.Onnx.Export;

namespace Unfold.Onnx;

/// <summary>
/// Writes layers and models as ONNX files, which ONNX Runtime and others run: opset 17, layout 0 (time first), the number of steps and of sequences open. A recurrent cell that is one of ONNX's own,
/// found by the structure of its equations, becomes RNN, LSTM or GRU; any other becomes a Scan over its equations. Described in docs/onnx.md. The same model gives the same bytes.
/// </summary>
public static partial class OnnxExport
{
    /// <summary>Writes a language model: <c>tokens [T, N]</c> (int64) to <c>logits [T, N, V]</c>, the scores of what comes next behind each token; states in and out.</summary>
    /// <param name="model">The model; its vocabulary goes into the metadata.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">The model is too large, or the file cannot be written.</exception>
    public static void Save(LanguageModel model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, ModelWriters.Of(model, options ?? new()), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>Writes a model of music: <c>notes [T, N, 88]</c> to <c>logits [T, N, 88]</c> of the notes of the next step; states in and out where the layer is recurrent.</summary>
    /// <param name="model">The model. It begins behind silence: the first step is one of zeros.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">The model is too large, or the file cannot be written.</exception>
    public static void Save(MusicModel model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, ModelWriters.Of(model, options ?? new()), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>
    /// Writes a sequence classifier: <c>x [T, N, C]</c> as measured, <c>bands [T, N, C]</c> of recordings or <c>tokens [T, N]</c> (of sentences <c>[W, T, N]</c> with <c>sentence_lengths [T, N]</c>), to
    /// <c>scores [N, V]</c>. Normalisation is part of the graph.
    /// </summary>
    /// <param name="model">The model; its classes and its vocabulary go into the metadata.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">The model cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(SequenceClassifier model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, ModelWriters.Of(model, options ?? new()), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>
    /// Writes a tagger: <c>words [T, N]</c>, the numbers in its other columns, and <c>characters [W, T, N]</c> with <c>word_lengths [T, N]</c> (all int64), to <c>scores [T, N, V]</c> and
    /// <c>labels [T, N]</c> (int64), -1 beyond a sentence's end. The labels are those that the model chooses: by a random field the best of the sentence, with feedback those of its beam.
    /// </summary>
    /// <param name="model">The model; its labels and what its columns may hold go into the metadata.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">The model cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(Tagger model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, TaggerWriter.Of(model, options ?? new()), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>Writes a forecaster: <c>history [T, N, C]</c> as measured, T being the steps that the model looks back on, to <c>forecast [F, N, C]</c>, or <c>[F, N, C, Q]</c> of quantiles.</summary>
    /// <param name="model">The model. Normalisation is part of the graph.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The model is too large, or the file cannot be written.</exception>
    public static void Save(Forecaster model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, ForecasterWriter.Of(model), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>Writes a model of a synthetic problem: <c>x [T, N, C]</c> to <c>y [N, V]</c>, or <c>[T, N, V]</c> where there is an answer to each step. A list of layers takes as many steps as it was built for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">A layer cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(SequenceModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, ModelWriters.Of(model), new Dictionary<string, string>(StringComparer.Ordinal) { ["problem"] = model.Problem.Name });
    }

    /// <summary>Writes an image classifier: <c>pixels [N, C, H, W]</c>, 0 to 255, to <c>scores [N, V]</c>. Normalisation is part of the graph; crops of the augmentation are not.</summary>
    /// <param name="model">The model; its classes go into the metadata.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">A layer cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(ImageClassifier model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelWriter.Write(path, ModelWriters.Of(model, options ?? new()), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>Writes recurrent layers that came from elsewhere: <c>x [T, N, C]</c> to <c>y [T, N, O]</c>; states in and out where they read in one direction.</summary>
    /// <param name="model">The layers.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">A layer cannot be written as ONNX, or the file cannot be written.</exception>
    public static void Save(RecurrentModel model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Save(model.Encoder, path, options ?? new OnnxExportOptions(), Metadata(model.Description.WriteMetadata));
    }

    /// <summary>Writes a model's file as ONNX, whatever its task.</summary>
    /// <param name="modelPath">The model, as it was saved.</param>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">What the model takes and gives; null for the defaults.</param>
    /// <exception cref="ModelFileException">The model cannot be read, or not be written as ONNX, or the file cannot be written.</exception>
    public static void Convert(string modelPath, string path, OnnxExportOptions? options = null)
    {
        switch (ModelFile.TaskOf(modelPath))
        {
            case LanguageModelFile.Task: Save(LanguageModel.Load(modelPath), path, options); break;
            case MusicModelFile.Task: Save(MusicModel.Load(modelPath), path, options); break;
            case SequenceClassifierFile.Task: Save(SequenceClassifier.Load(modelPath), path, options); break;
            case TaggerFile.Task: Save(Tagger.Load(modelPath), path, options); break;
            case ForecasterFile.Task: Save(Forecaster.Load(modelPath), path); break;
            case ImageClassifierFile.Task: Save(ImageClassifier.Load(modelPath), path, options); break;
            case RecurrentModelFile.Task: Save(RecurrentModel.Load(modelPath), path, options); break;
            case string other: throw new ModelFileException($"'{modelPath}' is not written as ONNX: it is a model for the task '{other}', and only text, music, classify, tag, forecast, image and recurrent are.");
        }
    }

    /// <summary>What a model's own file says beside its weights, but for the report of its training.</summary>
    private static Dictionary<string, string> Metadata(Action<SafetensorsWriter> write)
    {
        SafetensorsWriter writer = new();
        write(writer);
        return writer.Metadata.Where(entry => entry.Key != "report").ToDictionary(StringComparer.Ordinal);
    }
}
