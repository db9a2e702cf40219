using System.Globalization;
using System.Text;
using Unfold.Data.Music;
using Unfold.Formats.Midi;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A network that foresees music: which of a piano's 88 notes sound in the next step. It can be trained, saved, loaded, measured and asked to compose. Using it never changes it, so that any number of
/// threads may.
/// </summary>
/// <remarks>Effectively computes <c>sigmoid(W y_t + b)</c> of the layer's output y behind step t. A piece begins behind silence. Source of the task: Boulanger-Lewandowski et al. 2012.</remarks>
public sealed class MusicModel
{
    private readonly MusicModelFile _description;
    private readonly MusicNetwork _network;

    internal MusicModel(MusicModelFile description, MusicNetwork network) => (_description, _network) = (description, network);

    /// <summary>Everything but the weights.</summary>
    internal MusicModelFile Description => _description;

    /// <summary>The layers.</summary>
    internal MusicNetwork Network => _network;

    /// <summary>How the model was built and trained.</summary>
    public MusicModelOptions Options => _description.Options;

    /// <summary>What training did.</summary>
    public TrainingReport Report => _description.Report;

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>Trains a model.</summary>
    /// <param name="music">The pieces to train on, to measure on after each epoch, and to test on at the end.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">A size of the layer is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static MusicModel Train(MusicFiles music, MusicModelOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(music);
        return MusicModelTraining.Run(music, options ?? new MusicModelOptions(), progress, cancellationToken);
    }

    /// <summary>What a model must beat on the pieces to test on (else those for validation, else those to train on): the losses of counting each note alone, and behind whether it sounds in the step before.</summary>
    /// <param name="music">The pieces.</param>
    /// <returns>Nats a step, as <see cref="MusicEvaluation.Loss"/>.</returns>
    public static (double Frequency, double Previous) Baselines(MusicFiles music)
    {
        ArgumentNullException.ThrowIfNull(music);
        return MusicModelTraining.Baselines(music);
    }

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="TrainingOptions.ResumePath"/> and <see cref="TrainingOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static MusicModelOptions ReadCheckpointOptions(string path)
    {
        using SafetensorsFile file = Checkpoint.Open(path);
        return MusicModelFile.ReadMetadata(file).Options with { ResumePath = path, CheckpointPath = path };
    }

    /// <summary>Reads a model from its file, or from a checkpoint as far as its training had come.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static MusicModel Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        MusicModelFile description = MusicModelFile.ReadMetadata(file);
        return new MusicModel(description, ModelWeights.Load(file, "model of music", () => new MusicNetwork(description.Options)));
    }

    /// <summary>Writes steps of music as a standard MIDI file; a pitch that sounds in steps one behind the other is one long note.</summary>
    /// <param name="path">The file.</param>
    /// <param name="steps">For each step its pitches, 21 to 108.</param>
    /// <param name="stepsPerQuarter">How many steps a quarter note has; 1 to 480; default 1.</param>
    /// <param name="quartersPerMinute">The tempo; 4 to 1000; default 90.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public static void SaveMidi(string path, IReadOnlyList<int[]> steps, int stepsPerQuarter = 1, double quartersPerMinute = 90)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(steps);
        if (stepsPerQuarter is < 1 or > 480 || !(quartersPerMinute is >= 4 and <= 1000))
            throw new ArgumentException($"A MIDI file has 1 to 480 steps a quarter note and a tempo from 4 to 1000, but got {stepsPerQuarter} and {quartersPerMinute}.");
        if (steps.SelectMany(step => step).Any(pitch => pitch is < MusicPieces.LowestPitch or >= MusicPieces.LowestPitch + MusicPieces.PitchCount))
            throw new ArgumentException("A step has a pitch that no key of a piano has: 21 to 108 were expected.");
        MidiWriter.Write(path, steps, stepsPerQuarter, quartersPerMinute);
    }

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>How well the model foresees pieces.</summary>
    /// <param name="pieces">The pieces, of which one has two steps or more.</param>
    /// <param name="progress">Told how many pieces are done.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="InputException">No piece has two steps.</exception>
    public MusicEvaluation Evaluate(MusicPieces pieces, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return new MusicScorer(_network).Evaluate(pieces, progress is null ? null : progress.Report, cancellationToken);
    }

    /// <summary>Begins to read or to compose a piece, step by step.</summary>
    public MusicStream Stream() => new(_network);

    /// <summary>Composes a piece: each note of each step by chance, with its probability.</summary>
    /// <param name="length">How many steps; 1 or more.</param>
    /// <param name="temperature">Divides the logits: below 1 more cautious, above 1 wilder; above 0; default 1.</param>
    /// <param name="seed">Decides every choice: the same seed gives the same piece.</param>
    /// <param name="greedy">Whether exactly the notes of a probability above one half sound, and nothing is left to chance. Default false.</param>
    /// <returns>For each step its pitches, rising.</returns>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public IReadOnlyList<int[]> Compose(int length, double temperature = 1, ulong seed = 1, bool greedy = false)
    {
        if (length < 1 || !(temperature > 0) || !double.IsFinite(temperature))
            throw new ArgumentException($"Compose expects a length of 1 or more and a temperature above 0, but got {length} and {temperature}.");
        MusicStream stream = Stream();
        int[][] piece = new int[length][];
        for (int t = 0; t < length; t++)
        {
            piece[t] = stream.Choose(temperature, seed, greedy);
            stream.Read(piece[t]);
        }

        return piece;
    }

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"model of music: 88 notes, {Options.StepsPerQuarter} {(Options.StepsPerQuarter == 1 ? "step" : "steps")} a quarter note\n\n");
        foreach (Layer layer in new Layer[] { _network.Layer, _network.Output })
            text.Append(CultureInfo.InvariantCulture, $"{layer.Name,-12}{layer}\n");
        text.Append(CultureInfo.InvariantCulture, $"{ParameterCount:N0} parameters\n");
        if (Options.Layer is RecurrentOptions recurrent)
            text.Append(CultureInfo.InvariantCulture, $"\ncell {recurrent.Cell.Name}:\n{recurrent.Cell.Text.TrimEnd()}\n");
        text.Append(CultureInfo.InvariantCulture, $"\ntrained with seed {Options.Seed}: {Report.Epochs.Count} of {Options.Epochs} epochs, batch {Options.Batch}, {TrainingSummary.Of(Options)}, moved by up to {Options.Transpose} semitones\n");
        if (Report.Epochs.Count > 0)
            text.Append("  epoch  train_loss  validation_loss\n");
        foreach (EpochReport epoch in Report.Epochs)
            text.Append(CultureInfo.InvariantCulture, $"  {epoch.Epoch,5}  {epoch.TrainLoss,10:F4}  {epoch.ValidationLoss,15:F4}\n");
        foreach ((string name, double metric) in Report.Final)
            text.Append(CultureInfo.InvariantCulture, $"  final {name}: {metric:G6}\n");
        return text.ToString();
    }

    /// <summary>The model in one line.</summary>
    /// <returns>As in <c>MusicModel(88 notes)  # 287,832 parameters</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"MusicModel(88 notes)  # {ParameterCount:N0} parameters");
}
