using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Metrics;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>
/// The loop that all training shares: steps, clipping, schedule, validation, early stopping, progress, callbacks, checkpoints. After the first step
/// of each shape it allocates nothing until the epoch ends, but for what the task itself does.
/// </summary>
public sealed partial class Trainer
{
    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly Optimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly WeightAverage? _average;
    private readonly EarlyStopping? _stopping;
    private readonly Tensor _best;
    private readonly Tape _tape;
    private readonly long _itemsPerEpoch;
    private readonly Stopwatch _clock = new();
    private readonly Stopwatch _sinceSave = new();
    private RunPosition _position = new();
    private TrainingCallback[] _callbacks = [];
    private TensorBoardLog? _events;
    private bool _stopAsked;
    private double _secondsBefore;
    private double _trainingSeconds;
    private long _itemsTrained;
    private double _gradientNorm;
    private IReadOnlyList<Metric> _validation = [];

    /// <summary>Prepares a run; with <see cref="TrainingOptions.ResumePath"/>, where its checkpoint was written.</summary>
    /// <param name="task">What to train.</param>
    /// <param name="options">How; a <see cref="TrainerOptions"/>, or a model's own options.</param>
    /// <param name="progress">Told of every step, on the thread that trains.</param>
    /// <exception cref="ArgumentException">The task has no steps, or one of the options' groups takes none of its parameters.</exception>
    /// <exception cref="InvalidOperationException">The task's parameters are not allocated.</exception>
    /// <exception cref="OptionException">An option is out of range, or one judges by what is held out where nothing is.</exception>
    /// <exception cref="ModelFileException">The checkpoint cannot be read, or is another run's.</exception>
    public Trainer(TrainingTask task, TrainingOptions options, IProgress<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (task.StepsPerEpoch < 1)
            throw new ArgumentException($"Trainer expects a task of 1 step an epoch or more, but '{task.Name}' has {task.StepsPerEpoch}. Has it any data?");
        if (options.Patience is not null && task.ValidationItems == 0)
            throw new OptionException(nameof(options.Patience), $"Patience judges by what is held out, but the task '{task.Name}' holds nothing out: leave it out.");
        if (options.Decay == LearningRateDecay.Plateau && task.ValidationItems == 0)
            throw new OptionException(nameof(options.Decay), $"Decay on a plateau judges by what is held out, but the task '{task.Name}' holds nothing out: choose another.");
        _task = task;
        _options = options;
        _progress = progress;
        _itemsPerEpoch = task.ItemsPerEpoch;
        _optimizer = LearningRates.OptimizerOf(options);
        _schedule = LearningRates.ScheduleOf(options);
        _tape = new Tape(options.Seed) { Profile = options.Profile };
        if (options.Patience is int patience)
        {
            _stopping = new EarlyStopping(patience, maximize: task.WatchedIsMaximized);
            _best = Tensor.Zeros(new Shape(task.Parameters.Values.Length));
            task.Parameters.Values.CopyTo(_best.Span);
        }

        _optimizer.Prepare(task.Parameters);
        _average = LearningRates.AverageOf(options, task.Parameters);
        if (options.ResumePath is string path)
            Resume(path);
    }

    /// <summary>What is trained.</summary>
    public TrainingTask Task => _task;

    /// <summary>Where the run is at the moment.</summary>
    public TrainingProgress Progress => ProgressAt(TrainingStage.Training);

    /// <summary>
    /// Trains a network by a function that computes the loss of a step: the shortest way, where a <see cref="TrainingTask"/> is more than is needed.
    /// </summary>
    /// <param name="parameters">What is trained; allocated.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch; 1 or more.</param>
    /// <param name="loss">Computes the mean loss of a step of the epoch, from 0, on the tape: a tensor of one element.</param>
    /// <param name="options">How to train; null for the defaults.</param>
    /// <param name="beginEpoch">Called before each epoch with its number from 0, as to shuffle; see <see cref="TrainingTask.BeginEpoch"/>.</param>
    /// <param name="validate">Measures what was held out, after each epoch: the loss under the name <c>loss</c>, and whatever else; null for nothing.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>What training did; the parameters hold the trained values.</returns>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="TrainingException">The loss or a gradient is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static TrainingReport Train(
        ParameterSet parameters,
        int stepsPerEpoch,
        Func<Tape, int, Tensor> loss,
        TrainingOptions? options = null,
        Action<int>? beginEpoch = null,
        Func<IReadOnlyList<Metric>>? validate = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(loss);
        FunctionTask task = new(parameters, stepsPerEpoch, loss, beginEpoch, validate);
        return new Trainer(task, options ?? new TrainerOptions(), progress).Run(cancellationToken);
    }

    /// <summary>Trains to the end: the last epoch, the end of patience, or a callback's <see cref="Stop"/>.</summary>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>
    /// What training did. Its final metrics are the training loss of the last epoch, <c>train_loss</c>, and what was measured on the held-out part with
    /// the weights that the run ends with: <c>validation_loss</c>, and the others under their own names.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; a checkpoint was saved first if the options name one.</exception>
    /// <exception cref="TrainingException">The loss or a gradient is no longer a number; the message and <see cref="TrainingException.Layer"/> say where.</exception>
    public TrainingReport Run(CancellationToken cancellationToken = default) => Finish(RunEpochs(cancellationToken));

    /// <summary>
    /// Asks the run to end after the current step, or before it if a callback asks before a step. The epoch ends there: what is held out is measured, and
    /// <see cref="Run"/> returns. The checkpoint, if there is one, is of the place where the run was stopped, so that it can be resumed from there.
    /// </summary>
    public void Stop() => _stopAsked = true;

    /// <summary>As <see cref="Run"/>, for whoever measures something afterwards and then calls <see cref="Finish"/>.</summary>
    internal TrainingReport RunEpochs(CancellationToken cancellationToken)
    {
        _clock.Restart();
        _sinceSave.Restart();
        _stopAsked = false;
        using GradientNormLog? norms = _options.GradientNorms is null
            ? null
            : new GradientNormLog(_options.GradientNorms, _options.GradientNormsInterval, _task.Parameters, _position.Step);
        using TensorBoardLog? events = _events = _options.TensorBoard is null ? null : new TensorBoardLog(_options.TensorBoard, _task.Parameters);
        _callbacks = [.. new TrainingCallback?[] { norms, events }.OfType<TrainingCallback>(), .. _options.Callbacks];
        try
        {
            while (_position.Epoch < _options.Epochs && _stopping?.ShouldStop != true && !_stopAsked)
            {
                RunEpoch(cancellationToken);
                bool isWhole = _position.StepInEpoch == _task.StepsPerEpoch;
                if (!isWhole)
                    Save();
                if (_position.StepInEpoch > 0)
                    EndEpoch(cancellationToken, save: isWhole);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        if (_stopping is not null)
            _best.Values.CopyTo(_task.Parameters.Values);
        else
            ExchangeAverage();
        UpdateTimes();
        return MakeReport();
    }

    /// <summary>Tells the observer how far a measurement after the run has come.</summary>
    internal void ReportMeasured(long items) => Report(TrainingStage.Validating, items);

    /// <summary>Tells the observer that everything is done.</summary>
    /// <returns>The report with the time until now.</returns>
    internal TrainingReport Finish(TrainingReport report)
    {
        UpdateTimes();
        Report(TrainingStage.Finished);
        return report with { Seconds = _position.Seconds };
    }

    private void Resume(string path)
    {
        _position = Checkpoint.Load(path, _task, _optimizer, _best, AverageValues);
        _secondsBefore = _position.Seconds;
        _stopping?.Restore(_position.Best ?? _stopping.Best, _position.EpochsSinceBest);
        if (_average is not null)
            _average.Count = Math.Max(0, _position.Step - AverageStart);
        if (_task.ValidationItems > 0)
            _position.Epochs.ForEach(epoch => _schedule.Observe(epoch.ValidationLoss ?? double.NaN));
        if (_position.Epochs.Count > 0 && _position.Epochs[^1] is { ValidationLoss: double loss } last)
            _validation = [new Metric("loss", loss), .. last.Metrics];
    }

    private void RunEpoch(CancellationToken cancellationToken)
    {
        _task.BeginEpoch(_position.Epoch);
        foreach (TrainingCallback callback in _callbacks)
            callback.BeforeEpoch(this);
        for (; _position.StepInEpoch < _task.StepsPerEpoch && !_stopAsked; Report(TrainingStage.Training))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (TrainingCallback callback in _callbacks)
                callback.BeforeStep(this);
            if (_stopAsked)
                return;
            Step();
            foreach (TrainingCallback callback in _callbacks)
                callback.AfterStep(this);
            if (_options.CheckpointPath is not null && _sinceSave.Elapsed >= _options.CheckpointInterval)
                Save();
        }
    }

    private void EndEpoch(CancellationToken cancellationToken, bool save)
    {
        if (_task.ValidationItems > 0)
            Validate(cancellationToken);
        UpdateTimes();
        double trainLoss = _position.LossSum / _position.Items;
        _position.Epochs.Add(new EpochReport(
            _position.Epoch + 1, trainLoss, _validation.Count > 0 ? _validation[0].Value : null, _position.Seconds - _position.EpochStartSeconds)
        {
            Metrics = [.. _validation.Skip(1)],
        });
        foreach (TrainingCallback callback in _callbacks)
            callback.AfterEpoch(this);
        Report(TrainingStage.EpochEnded);
        _position.EpochStartSeconds = _position.Seconds;
        _position.Epoch++;
        _position.StepInEpoch = 0;
        _position.LossSum = 0;
        _position.Items = 0;
        if (save)
            Save();
    }

    private void Validate(CancellationToken cancellationToken)
    {
        ExchangeAverage();
        try
        {
            Measure(cancellationToken);
        }
        finally
        {
            ExchangeAverage();
        }
    }

    /// <summary>Measures what is held out with the weights as they are, and tells whoever judges by it.</summary>
    private void Measure(CancellationToken cancellationToken)
    {
        _validation = _task.Validate(done => Report(TrainingStage.Validating, done), cancellationToken);
        if (_validation.Count == 0 || _validation[0].Name != "loss")
            throw new InvalidOperationException($"The task '{_task.Name}' must measure the held-out part's mean loss first, under the name 'loss'; it gave: {Names()}.");
        int index = 0;
        while (index < _validation.Count && _validation[index].Name != _task.Watched)
            index++;
        if (index == _validation.Count)
            throw new InvalidOperationException($"The task '{_task.Name}' watches '{_task.Watched}', but measures only: {Names()}.");
        _schedule.Observe(_validation[0].Value);
        double watched = _validation[index].Value;
        if (double.IsFinite(watched) && (_position.Best is not double best || (_task.WatchedIsMaximized ? watched > best : watched < best)))
            _position.Best = watched;
        if (_stopping is null)
            return;
        if (_stopping.Observe(watched))
            _task.Parameters.Values.CopyTo(_best.Span);
        _position.EpochsSinceBest = _stopping.EvaluationsSinceBest;

        string Names() => _validation.Count == 0 ? "nothing" : string.Join(", ", _validation.Select(metric => metric.Name));
    }

    private void Save()
    {
        if (_options.CheckpointPath is not string path)
            return;
        UpdateTimes();
        Checkpoint.Save(path, _task, _optimizer, _position, _best, AverageValues);
        _sinceSave.Restart();
        Report(TrainingStage.CheckpointSaved);
    }

    private void UpdateTimes() => _position.Seconds = _secondsBefore + _clock.Elapsed.TotalSeconds;

    private TrainingReport MakeReport()
    {
        Dictionary<string, double> final = [];
        int kept = _position.Epochs.Count - 1 - (_stopping?.EvaluationsSinceBest ?? 0);
        if (_position.Epochs.Count > 0)
            final["train_loss"] = _position.Epochs[^1].TrainLoss;
        if (kept >= 0 && _position.Epochs[kept] is { ValidationLoss: double loss } epoch)
        {
            final["validation_loss"] = loss;
            foreach (Metric metric in epoch.Metrics)
                final[metric.Name] = metric.Value;
        }

        return new TrainingReport
        {
            Task = _task.Name,
            Command = _options.Command,
            Seed = _options.Seed,
            Threads = Team.Shared.Size,
            Parameters = _task.Parameters.Count,
            Epochs = [.. _position.Epochs],
            Final = final,
            ItemsPerSecond = _position.ItemsTrained / Math.Max(1e-9, _position.TrainingSeconds),
            Seconds = _position.Seconds,
        };
    }
}
