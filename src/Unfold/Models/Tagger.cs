using System.Globalization;
using System.Text;
using Unfold.Data.Tagging;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A network that gives each token of a sentence a label: parts of speech, phrases, names. It can be trained, saved, loaded, asked and measured. Using it never changes it, so that any number of
/// threads may.
/// </summary>
/// <remarks>
/// Effectively computes <c>W encoder([word; columns; spelling]) + b</c>, a score for each label at each token, where spelling is what a layer in both directions makes of the word's characters; and the
/// greatest of them, or with a conditional random field the best labels of the whole sentence; or with feedback, a layer scores each label behind the one chosen before.
/// </remarks>
public sealed class Tagger
{
    private readonly TaggerFile _description;
    private readonly TaggerNetwork _network;

    internal Tagger(TaggerFile description, TaggerNetwork network) => (_description, _network) = (description, network);

    /// <summary>Everything of the model but its weights.</summary>
    internal TaggerFile Description => _description;

    /// <summary>The layers.</summary>
    internal TaggerNetwork Network => _network;

    /// <summary>How the model was built and trained.</summary>
    public TaggerOptions Options => _description.Options;

    /// <summary>How the files that it reads are laid out.</summary>
    public TaggedFormat Format => _description.Preparation.Format;

    /// <summary>The labels.</summary>
    public IReadOnlyList<string> Labels => _description.Preparation.Labels;

    /// <summary>What training did.</summary>
    public TrainingReport Report => _description.Report;

    /// <summary>How it did on the sentences to test on, or else on those that were held out, when it was trained; null where it was loaded or there were none.</summary>
    public TaggerEvaluation? Measured { get; init; }

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>Trains a model.</summary>
    /// <param name="files">The sentences.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">There is nothing to tell apart.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">A size of the layers is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static Tagger Train(TaggedFiles files, TaggerOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        return TaggerTraining.Run(files, options ?? new TaggerOptions(), progress, cancellationToken);
    }

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="TrainingOptions.ResumePath"/> and <see cref="TrainingOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static TaggerOptions ReadCheckpointOptions(string path)
    {
        using SafetensorsFile file = Checkpoint.Open(path);
        return TaggerFile.ReadMetadata(file).Options with { ResumePath = path, CheckpointPath = path };
    }

    /// <summary>Reads a model from its file, or from a checkpoint as far as its training had come.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static Tagger Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        TaggerFile description = TaggerFile.ReadMetadata(file);
        return new Tagger(description, ModelWeights.Load(file, "tagger", () => new TaggerNetwork(description.Preparation)));
    }

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>The labels of a sentence of plain words.</summary>
    /// <param name="words">The words; 1 or more, punctuation apart.</param>
    /// <returns>A label for each word.</returns>
    /// <exception cref="ArgumentException">There is no word.</exception>
    /// <exception cref="InputException">The model reads more columns than the words.</exception>
    public IReadOnlyList<string> Tag(params IReadOnlyList<string> words) => Tag([new TaggedSentence(words)])[0];

    /// <summary>The labels of sentences, whatever labels they have.</summary>
    /// <param name="sentences">The sentences.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>For each sentence a label for each token.</returns>
    /// <exception cref="InputException">A sentence has other columns than the model reads.</exception>
    public IReadOnlyList<IReadOnlyList<string>> Tag(IReadOnlyList<TaggedSentence> sentences, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return new TaggerScorer(_network, _description.Preparation).Tag(sentences, null, cancellationToken).Labels;
    }

    /// <summary>How well the model tells the labels of sentences. Labels that it does not know are mistakes, and counted.</summary>
    /// <param name="sentences">The sentences, with labels.</param>
    /// <param name="progress">Told how many sentences are done.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>Loss, accuracy and spans.</returns>
    /// <exception cref="InputException">A sentence has other columns than the model reads.</exception>
    public TaggerEvaluation Evaluate(TaggedCorpus sentences, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return new TaggerScorer(_network, _description.Preparation).Evaluate(sentences.Sentences, progress is null ? null : progress.Report, cancellationToken);
    }

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, labels, columns, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        StringBuilder text = new();
        TaggerPreparation preparation = _description.Preparation;
        text.Append(CultureInfo.InvariantCulture, $"tagger: {Labels.Count} labels, {preparation.Columns[0].Count - 1:N0} words and {preparation.Characters.Count - 1:N0} characters known\n");
        string inputs = string.Join(", ", Format.Inputs!.Select(column => TaggedFormat.Name(column, Format.IsConllu)));
        text.Append(CultureInfo.InvariantCulture, $"reads {(Format.IsConllu ? "CoNLL-U" : "columns")}: from {inputs} to {TaggedFormat.Name(Format.Label!.Value, Format.IsConllu)}\n\n");
        foreach (Layer layer in _network.Layers)
            text.Append(CultureInfo.InvariantCulture, $"{layer.Name,-12}{layer}\n");
        text.Append(CultureInfo.InvariantCulture, $"{ParameterCount:N0} parameters\n");
        if (Options.Encoder.Layer is RecurrentOptions recurrent)
            text.Append(CultureInfo.InvariantCulture, $"\ncell {recurrent.Cell.Name}:\n{recurrent.Cell.Text.TrimEnd()}\n");
        text.Append("\nlabels: ").AppendJoin(' ', Labels.Take(200)).Append(Labels.Count > 200 ? " …\n" : "\n");
        text.Append(CultureInfo.InvariantCulture, $"\ntrained with seed {Options.Seed}: {Report.Epochs.Count} of {Options.Epochs} epochs, batch {Options.Batch}, {TrainingSummary.Of(Options)}\n");
        if (Report.Epochs.Count > 0)
            text.Append("  epoch  train_loss  validation_loss\n");
        foreach (EpochReport epoch in Report.Epochs)
            text.Append(CultureInfo.InvariantCulture, $"  {epoch.Epoch,5}  {epoch.TrainLoss,10:F4}  {epoch.ValidationLoss,15:F4}\n");
        foreach ((string name, double metric) in Report.Final)
            text.Append(CultureInfo.InvariantCulture, $"  final {name}: {metric:G6}\n");
        return text.ToString();
    }

    /// <summary>The model in one line.</summary>
    /// <returns>As in <c>Tagger(2 columns -> 23 labels)  # 1,051,078 parameters</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"Tagger({Format.Inputs!.Count} {(Format.Inputs.Count == 1 ? "column" : "columns")} -> {Labels.Count} labels)  # {ParameterCount:N0} parameters");
}
