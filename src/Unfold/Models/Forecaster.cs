using System.Globalization;
using System.Text;
using Unfold.Data.Forecasting;
using Unfold.Formats;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A network that forecasts series: several steps at once, of one variable or many, as points or as quantiles. It can be trained, saved, loaded, asked for forecasts and measured. Using it never
/// changes it, so that any number of threads may.
/// </summary>
/// <remarks>Effectively computes what <see cref="ForecasterOptions"/> say on windows of the series, normalised by the mean and the deviation of the training part.</remarks>
public sealed class Forecaster
{
    private readonly ForecasterFile _description;
    private readonly ForecastNetwork _network;

    internal Forecaster(ForecasterFile description, ForecastNetwork network) => (_description, _network) = (description, network);

    /// <summary>Everything but the weights.</summary>
    internal ForecasterFile Description => _description;

    /// <summary>The layers.</summary>
    internal ForecastNetwork Network => _network;

    /// <summary>How the model was built and trained.</summary>
    public ForecasterOptions Options => _description.Options;

    /// <summary>The names of the variables that it reads and forecasts.</summary>
    public IReadOnlyList<string> Variables => _description.Variables;

    /// <summary>What training did.</summary>
    public TrainingReport Report => _description.Report;

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>What was measured on the part to test on, directly after training; null where there was none, and of a model from a file.</summary>
    public ForecastEvaluation? Measured { get; internal init; }

    /// <summary>Trains a model.</summary>
    /// <param name="series">The series; its parts are those of the options.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The series is too short.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">A size of the layer is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static Forecaster Train(TimeSeries series, ForecasterOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        return ForecasterTraining.Run(series, options ?? new ForecasterOptions(), progress, cancellationToken);
    }

    /// <summary>What a model must beat, over the same windows of the part to test on (else of that for validation): persistence, seasonal naive where there is a period, and a linear layer.</summary>
    /// <param name="series">The series.</param>
    /// <param name="options">As for training.</param>
    /// <param name="period">The steps of a season; null (default) for <see cref="TimeSeries.UsualPeriod"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InputException">The series is too short.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    public static IReadOnlyList<ForecastEvaluation> Baselines(TimeSeries series, ForecasterOptions? options = null, int? period = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        return ForecasterTraining.Baselines(series, options ?? new ForecasterOptions(), period, cancellationToken);
    }

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="TrainingOptions.ResumePath"/> and <see cref="TrainingOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static ForecasterOptions ReadCheckpointOptions(string path)
    {
        using SafetensorsFile file = Checkpoint.Open(path);
        return ForecasterFile.ReadMetadata(file).Options with { ResumePath = path, CheckpointPath = path };
    }

    /// <summary>Reads a model from its file, or from a checkpoint as far as its training had come.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static Forecaster Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ForecasterFile description = ForecasterFile.ReadMetadata(file);
        return new Forecaster(description, ModelWeights.Load(file, "forecaster", () => new ForecastNetwork(description.Options, description.Variables.Count)));
    }

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>Forecasts the steps behind a history.</summary>
    /// <param name="history">[T, C], as measured, the oldest step first; the last <see cref="ForecasterOptions.LookBack"/> matter.</param>
    /// <returns>The next <see cref="ForecasterOptions.Horizon"/> steps.</returns>
    /// <exception cref="InputException">There are too few steps, or no whole ones.</exception>
    public Forecast Predict(ReadOnlySpan<float> history)
    {
        int width = Variables.Count, steps = history.Length / width;
        if (history.Length % width != 0 || steps < Options.LookBack)
            throw new InputException($"A forecast looks back on {Options.LookBack} steps of {width} {(width == 1 ? "variable" : "variables")}, but there are {history.Length} values.");
        ForecastWindows windows = new(_description.Scale.Normalize(history[^(Options.LookBack * width)..]), _network);
        Forecast? made = null;
        Scorer().Run(windows, [Options.LookBack], (_, found) => made = Measured(found), CancellationToken.None);
        return made!;

        Forecast Measured(ReadOnlySpan<float> found)
        {
            int each = Options.QuantileCount;
            float[] points = new float[found.Length / each], values = new float[Options.Quantiles.Count == 0 ? 0 : found.Length];
            for (int i = 0; i < points.Length; i++)
            {
                points[i] = _description.Scale.Measured(found[(i * each) + (each / 2)], i % width);
                for (int q = 0; q < each && values.Length > 0; q++)
                    values[(i * each) + q] = _description.Scale.Measured(found[(i * each) + q], i % width);
            }

            return new Forecast(Options.Horizon, points, Options.Quantiles, values);
        }
    }

    /// <summary>How good forecasts of a series are, one beginning at each step that has enough steps before and behind it.</summary>
    /// <param name="series">The series, of the model's variables.</param>
    /// <param name="progress">Told how many forecasts are made.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InputException">The series has other variables, or is too short.</exception>
    public ForecastEvaluation Evaluate(TimeSeries series, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        CheckSeries(series);
        ForecastWindows windows = new(_description.Scale.Normalize(series.Values), _network);
        return Scorer().Evaluate(windows, ForecastParts.Starts(0, series.Steps, Options), progress is null ? null : progress.Report, cancellationToken);
    }

    /// <summary>Draws forecasts beside the truth, one behind the other without overlap, as an SVG picture; with quantiles their widest band too.</summary>
    /// <param name="series">The series, of the model's variables; its last forecasts are drawn.</param>
    /// <param name="path">The file.</param>
    /// <param name="steps">How many steps are drawn at most; default 500.</param>
    /// <exception cref="InputException">The series has other variables, or is too short.</exception>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void SavePicture(TimeSeries series, string path, int steps = 500)
    {
        CheckSeries(series);
        int count = Math.Max(1, Math.Min(steps, series.Steps - Options.LookBack) / Options.Horizon), first = series.Steps - (count * Options.Horizon), width = series.Width;
        int each = Options.QuantileCount;
        float[] made = new float[count * Options.Horizon * width * each];
        ForecastWindows windows = new(_description.Scale.Normalize(series.Values), _network);
        Scorer().Run(windows, [.. Enumerable.Range(0, count).Select(i => first + (i * Options.Horizon))], (i, found) => found.CopyTo(made.AsSpan(i * found.Length)), CancellationToken.None);
        for (int i = 0; i < made.Length; i++)
            made[i] = _description.Scale.Measured(made[i], i / each % width);
        ForecastPicture picture = new(series, first, made, each, Options.Horizon);
        AtomicFile.Write(path, "the picture", stream => stream.Write(Encoding.UTF8.GetBytes(picture.Draw())));
    }

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, variables, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"forecaster: looks back on {Options.LookBack} steps and forecasts {Options.Horizon}, {Options.Segment} at once, of {Variables.Count} {(Variables.Count == 1 ? "variable" : "variables")}");
        text.Append(Variables.Count == 1 ? "\n" : Options.Joint ? " together\n" : ", each alone by the same weights\n");
        text.Append(CultureInfo.InvariantCulture, $"windows are seen {Options.View switch { WindowView.AsIs => "as they are", WindowView.FromLast => "from their last value", _ => "from their mean, in their deviations" }}\n\n");
        foreach (Layer layer in _network.Layers)
            text.Append(CultureInfo.InvariantCulture, $"{layer.Name,-12}{layer}\n");
        text.Append(CultureInfo.InvariantCulture, $"{ParameterCount:N0} parameters\n");
        if (Options.Layer is RecurrentOptions recurrent)
            text.Append(CultureInfo.InvariantCulture, $"\ncell {recurrent.Cell.Name}:\n{recurrent.Cell.Text.TrimEnd()}\n");
        text.Append("\nvariable              mean    deviation\n");
        for (int c = 0; c < Math.Min(50, Variables.Count); c++)
            text.Append(CultureInfo.InvariantCulture, $"{Variables[c],-14}{_description.Scale.Mean[c],12:G6} {_description.Scale.Deviation[c],12:G6}\n");
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
    /// <returns>As in <c>Forecaster(7 variables, 96 -> 96 steps)  # 1,234,567 parameters</c>.</returns>
    public override string ToString() =>
        FormattableString.Invariant($"Forecaster({Variables.Count} {(Variables.Count == 1 ? "variable" : "variables")}, {Options.LookBack} -> {Options.Horizon} steps)  # {ParameterCount:N0} parameters");

    private void CheckSeries(TimeSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (!series.Names.SequenceEqual(Variables))
            throw new InputException($"The model forecasts {string.Join(", ", Variables.Select(name => $"'{name}'"))}, but the series has {string.Join(", ", series.Names.Select(name => $"'{name}'"))}.");
        int needed = Options.LookBack + Options.Horizon;
        if (series.Steps < needed)
            throw new InputException($"The series has {series.Steps} steps, but a window of {Options.LookBack} to look back on and {Options.Horizon} to forecast needs {needed}.");
    }

    private ForecastScorer Scorer() => new(_network, _description.Scale);
}
