using System.Globalization;
using System.Text;
using Unfold.Data;
using Unfold.Data.Sequences;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A network that tells the class of a sequence: of a series of numbers, a text or a recording, of any length. It can be trained, saved, loaded, asked for classes and measured. Using it never
/// changes it, so that any number of threads may.
/// </summary>
/// <remarks>Effectively computes <c>softmax(W read(encoder(x)) + b)</c> over the classes, where read is the last, mean or greatest output; of several labels a sigmoid for each.</remarks>
public sealed class SequenceClassifier
{
    private readonly SequenceClassifierFile _description;
    private readonly SequenceClassifierNetwork _network;

    internal SequenceClassifier(SequenceClassifierFile description, SequenceClassifierNetwork network) => (_description, _network) = (description, network);

    /// <summary>Everything but the weights.</summary>
    internal SequenceClassifierFile Description => _description;

    /// <summary>The layers.</summary>
    internal SequenceClassifierNetwork Network => _network;

    /// <summary>How the model was built and trained.</summary>
    public SequenceClassifierOptions Options => _description.Options;

    /// <summary>What it reads.</summary>
    public SequenceInput Input => _description.Preparation.Input;

    /// <summary>C, the numbers at each step of series that it reads; the samples a second of recordings; 0 for texts.</summary>
    public int Width => _description.Preparation.Width;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes => _description.Classes;

    /// <summary>What training did.</summary>
    public TrainingReport Report => _description.Report;

    /// <summary>How it did on the sequences that were put aside to test on, or else on those that were held out, when it was trained; null where it was loaded or there were none.</summary>
    public SequenceEvaluation? Measured { get; init; }

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>Whether it can read a series as it comes: <see cref="Stream"/>.</summary>
    public bool CanStream => Input == SequenceInput.Series && _network.Encoder.IsCausal && !Options.NormalizeEach;

    /// <summary>Trains a model.</summary>
    /// <param name="sequences">The sequences to train on, and those to test on at the end.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">There is nothing to tell apart, or sequences have several labels and the model is for one.</exception>
    /// <exception cref="NotationException">The augmentation is wrong.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">A size of the layers is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static SequenceClassifier Train(
        SequenceFiles sequences, SequenceClassifierOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return SequenceClassifierTraining.Run(sequences, options ?? new SequenceClassifierOptions(), progress, cancellationToken);
    }

    /// <summary>Trains and measures k times, each time with another part held out, so that every sequence is measured once: k-fold cross-validation.</summary>
    /// <param name="sequences">All sequences.</param>
    /// <param name="folds">k; 2 or more.</param>
    /// <param name="options">What to build and how to train it; null for the defaults. Nothing is held out beside the fold, and no checkpoint is written.</param>
    /// <param name="progress">Told of every step of every run.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>What was measured on each fold.</returns>
    /// <exception cref="ArgumentException">There are fewer than two folds, or fewer sequences than folds.</exception>
    public static IReadOnlyList<SequenceEvaluation> CrossValidate(
        SequenceDataset sequences, int folds, SequenceClassifierOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        SequenceClassifierOptions chosen = (options ?? new SequenceClassifierOptions()) with { TestShare = 0, Validation = 0, CheckpointPath = null, ResumePath = null };
        return [.. Folds.Of(sequences.Strata(), folds, chosen.Seed).Select(fold =>
            Train(new SequenceFiles(sequences.Select(fold.Training), sequences.Select(fold.HeldOut)), chosen, progress, cancellationToken).Measured!)];
    }

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="TrainingOptions.ResumePath"/> and <see cref="TrainingOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static SequenceClassifierOptions ReadCheckpointOptions(string path)
    {
        using SafetensorsFile file = Checkpoint.Open(path);
        return SequenceClassifierFile.ReadMetadata(file).Options with { ResumePath = path, CheckpointPath = path };
    }

    /// <summary>Reads a model from its file, or from a checkpoint as far as its training had come.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static SequenceClassifier Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        SequenceClassifierFile description = SequenceClassifierFile.ReadMetadata(file);
        return new SequenceClassifier(description, ModelWeights.Load(file, "sequence classifier", () => new SequenceClassifierNetwork(description.Preparation, description.Classes.Count)));
    }

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>The class of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The likeliest class and the probabilities of all.</returns>
    /// <exception cref="InputException">The model does not read texts, or the text is empty.</exception>
    public SequencePrediction Predict(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Predict(new SequenceDataset(SequenceInput.Text, 0, Classes, [new SequenceItem([], text, [], "The text")]))[0];
    }

    /// <summary>The class of a series, or of a recording.</summary>
    /// <param name="values">[T, C], step by step, as measured; or the samples.</param>
    /// <returns>The likeliest class and the probabilities of all.</returns>
    /// <exception cref="InputException">The model reads texts, or there are no whole steps.</exception>
    public SequencePrediction Predict(ReadOnlySpan<float> values) =>
        Predict(new SequenceDataset(Input == SequenceInput.Audio ? Input : SequenceInput.Series, Width, Classes, [new SequenceItem(values.ToArray(), "", [], "The series")]))[0];

    /// <summary>The classes of sequences, whatever their labels.</summary>
    /// <param name="sequences">The sequences, of the kind that the model reads.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>For each sequence the likeliest class and the probabilities of all.</returns>
    /// <exception cref="InputException">The sequences are of another kind.</exception>
    public IReadOnlyList<SequencePrediction> Predict(SequenceDataset sequences, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return Scorer().Predict(_description.Preparation.Prepare(sequences), cancellationToken);
    }

    /// <summary>How well the model tells the classes of sequences.</summary>
    /// <param name="sequences">The sequences, of the kind that the model reads and with its classes.</param>
    /// <param name="progress">Told how many sequences are done.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>Loss, accuracy and confusions.</returns>
    /// <exception cref="InputException">The sequences are of another kind, or of a class that the model does not know.</exception>
    public SequenceEvaluation Evaluate(SequenceDataset sequences, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        SequenceDataset own = sequences.WithClasses(Classes);
        if (!Options.MultiLabel && own.HasSeveralLabels)
            throw new InputException("Some sequences have no label or several, but the model gives one to each.");
        return Scorer().Evaluate(_description.Preparation.Prepare(own), own, progress is null ? null : progress.Report, cancellationToken);
    }

    /// <summary>Begins to read a series as it comes, with a prediction after each step.</summary>
    /// <exception cref="InvalidOperationException">The model reads something else, in both directions, or each series normalised by itself.</exception>
    public SequenceStream Stream() => Input == SequenceInput.Series && !Options.NormalizeEach
        ? new SequenceStream(_network, _description.Preparation, Scorer())
        : throw new InvalidOperationException("Only series that are not normalised each by itself are read step by step: give this model whole sequences.");

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, classes, preparation, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        StringBuilder text = new();
        SequencePreparation preparation = _description.Preparation;
        string reads = Input switch
        {
            SequenceInput.Text => $"texts as {(preparation.Vocabulary!.Kind == TokenKind.Word ? "words" : "characters")}, {preparation.Vocabulary.Count:N0} in the vocabulary{(Options.Sentences ? ", sentence by sentence" : "")}",
            SequenceInput.Audio => $"recordings of {Width} Hz in {Options.Bands} bands",
            _ => $"series of {Width} {(Width == 1 ? "channel" : "channels")}",
        };
        text.Append(CultureInfo.InvariantCulture, $"sequence classifier: {reads}, {Classes.Count} classes{(Options.MultiLabel ? ", any number for each sequence" : "")}\n\n");
        foreach (Layer layer in _network.Layers)
            text.Append(CultureInfo.InvariantCulture, $"{layer.Name,-12}{layer}\n");
        text.Append(CultureInfo.InvariantCulture, $"reads the {_network.Reading.ToString().ToLowerInvariant()} output; {ParameterCount:N0} parameters\n");
        if (Options.Encoder.Layer is RecurrentOptions recurrent)
            text.Append(CultureInfo.InvariantCulture, $"\ncell {recurrent.Cell.Name}:\n{recurrent.Cell.Text.TrimEnd()}\n");
        text.Append("\nclasses: ").AppendJoin(' ', Classes.Take(200)).Append(Classes.Count > 200 ? " …\n" : "\n");
        text.Append(CultureInfo.InvariantCulture, $"\ntrained with seed {Options.Seed}: {Report.Epochs.Count} of {Options.Epochs} epochs, batch {Options.Batch}, {TrainingSummary.Of(Options)}");
        text.Append(Options.Augment.Length > 0 ? $", augmentation: {Options.Augment}\n" : "\n");
        if (Report.Epochs.Count > 0)
            text.Append("  epoch  train_loss  validation_loss\n");
        foreach (EpochReport epoch in Report.Epochs)
            text.Append(CultureInfo.InvariantCulture, $"  {epoch.Epoch,5}  {epoch.TrainLoss,10:F4}  {epoch.ValidationLoss,15:F4}\n");
        foreach ((string name, double metric) in Report.Final)
            text.Append(CultureInfo.InvariantCulture, $"  final {name}: {metric:G6}\n");
        return text.ToString();
    }

    /// <summary>The model in one line.</summary>
    /// <returns>As in <c>SequenceClassifier(series of 1 channel -> 6 classes)  # 51,078 parameters</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"SequenceClassifier({Input.ToString().ToLowerInvariant()} -> {Classes.Count} classes)  # {ParameterCount:N0} parameters");

    private SequenceScorer Scorer() => new(_network, _description.Preparation, Classes);
}
