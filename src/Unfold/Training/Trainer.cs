using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>
/// The loop that all tasks share: steps, clipping, schedule, validation, early stopping, progress, checkpoints. After the first step of each length
/// it allocates nothing until the epoch ends.
/// </summary>
internal sealed class Trainer
{
    /// <summary>How fast <see cref="TrainingProgress.RecentLoss"/> forgets: a hundred steps.</summary>
    private const double RecentDecay = 0.99;

    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly Optimizer _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly EarlyStopping? _stopping;
    private readonly Tensor _best;
    private readonly Tape _tape;
    private readonly Stopwatch _clock = new();
    private readonly Stopwatch _sinceSave = new();
    private RunPosition _position = new();
    private double _secondsBefore;
    private double _trainingSeconds;
    private long _itemsTrained;
    private double _gradientNorm;
    private double? _validationLoss;

    /// <summary>Prepares a run; with <see cref="TrainingOptions.ResumePath"/>, where its checkpoint was written.</summary>
    internal Trainer(TrainingTask task, TrainingOptions options, IProgress<TrainingProgress>? progress)
    {
        _task = task;
        _options = options;
        _progress = progress;
        _optimizer = LearningRates.OptimizerOf(options);
        _schedule = LearningRates.ScheduleOf(options);
        _tape = new Tape(options.Seed) { Profile = options.Profile };
        if (task.ValidationItems > 0 && options.Patience is int patience)
        {
            _stopping = new EarlyStopping(patience);
            _best = Tensor.Zeros(new Shape(task.Parameters.Values.Length));
            task.Parameters.Values.CopyTo(_best.Span);
        }

        _optimizer.Prepare(task.Parameters);
        if (options.ResumePath is string path)
            Resume(path);
    }

    /// <summary>How far the run has come.</summary>
    internal RunPosition Position => _position;

    private long StepsInAll => (long)_task.StepsPerEpoch * _options.Epochs;

    /// <summary>Trains to the end.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; a checkpoint was saved first if the options name one.</exception>
    /// <exception cref="TrainingException">The loss or a gradient is no longer a number.</exception>
    internal void Run(CancellationToken cancellationToken)
    {
        _clock.Restart();
        _sinceSave.Restart();
        try
        {
            while (_position.Epoch < _options.Epochs && _stopping?.ShouldStop != true)
            {
                RunEpoch(cancellationToken);
                EndEpoch(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        if (_stopping is not null)
            _best.Values.CopyTo(_task.Parameters.Values);
        UpdateTimes();
    }

    /// <summary>Tells the observer how far a measurement after the run has come.</summary>
    internal void ReportMeasured(long items) => Report(TrainingStage.Validating, items);

    /// <summary>Tells the observer that everything is done.</summary>
    internal void ReportFinished()
    {
        UpdateTimes();
        Report(TrainingStage.Finished);
    }

    private void Resume(string path)
    {
        _position = Checkpoint.Load(path, _task, _optimizer, _best);
        _secondsBefore = _position.Seconds;
        _stopping?.Restore(_position.BestLoss, _position.EpochsSinceBest);
        _validationLoss = _position.Epochs.Count > 0 ? _position.Epochs[^1].ValidationLoss : null;
    }

    private void RunEpoch(CancellationToken cancellationToken)
    {
        for (; _position.StepInEpoch < _task.StepsPerEpoch; Report(TrainingStage.Training))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step();
            if (_options.CheckpointPath is not null && _sinceSave.Elapsed >= _options.CheckpointInterval)
                Save();
        }
    }

    private void Step()
    {
        StepProfile? profile = _options.Profile;
        profile?.Begin();
        long start = Stopwatch.GetTimestamp();
        int step = _position.StepInEpoch;
        _tape.Step = _position.Step;
        Tensor lossTensor = _task.Loss(_tape, step);
        double loss = lossTensor.Scalar;
        _task.Parameters.ZeroGradients();
        profile?.Count(StepProfile.Clearing);
        _tape.Backward(lossTensor);
        if (_options.ClipValue is float limit)
            GradientClipping.ByValue(_task.Parameters, limit);
        _gradientNorm = GradientClipping.Norm(_task.Parameters);
        profile?.Count(StepProfile.Clipping);
        if (!double.IsFinite(loss) || !double.IsFinite(_gradientNorm))
        {
            throw new TrainingException($"Training has diverged: after {_position.Step} steps the {(double.IsFinite(loss) ? "gradient" : "loss")} is no longer a number. "
                + $"A learning rate below {_options.LearningRate} or tighter clipping may help.");
        }

        _optimizer.LearningRate = (float)(_options.LearningRate * _schedule.Factor(SchedulePosition()));
        _optimizer.Step(_task.Parameters, _options.ClipNorm is float maximum ? GradientClipping.FactorByNorm(_gradientNorm, maximum) : 1);
        profile?.Count(StepProfile.Optimizer);
        _tape.Reset();

        int items = _task.ItemsInStep(step);
        _position.LossSum += loss * items;
        _position.Items += items;
        _position.RecentLoss = RecentDecay * _position.RecentLoss + (1 - RecentDecay) * loss;
        _position.RecentWeight = RecentDecay * _position.RecentWeight + (1 - RecentDecay);
        _position.Step++;
        _position.StepInEpoch++;
        _position.ItemsTrained += items;
        _itemsTrained += items;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _trainingSeconds += seconds;
        _position.TrainingSeconds += seconds;
        profile?.End();
    }

    private TrainingPosition SchedulePosition() =>
        new(_position.Step, StepsInAll, _position.Epoch + (double)_position.StepInEpoch / _task.StepsPerEpoch);

    private void EndEpoch(CancellationToken cancellationToken)
    {
        if (_task.ValidationItems > 0)
        {
            double loss = _task.Validate(done => Report(TrainingStage.Validating, done), cancellationToken);
            _validationLoss = loss;
            if (loss < _position.BestLoss)
                _position.BestLoss = loss;
            if (_stopping is not null)
            {
                if (_stopping.Observe(loss))
                    _task.Parameters.Values.CopyTo(_best.Span);
                _position.EpochsSinceBest = _stopping.EvaluationsSinceBest;
            }
        }

        UpdateTimes();
        double trainLoss = _position.LossSum / _position.Items;
        _position.Epochs.Add(new EpochReport(_position.Epoch + 1, trainLoss, _task.ValidationItems > 0 ? _validationLoss : null, _position.Seconds - _position.EpochStartSeconds));
        Report(TrainingStage.EpochEnded);
        _position.EpochStartSeconds = _position.Seconds;
        _position.Epoch++;
        _position.StepInEpoch = 0;
        _position.LossSum = 0;
        _position.Items = 0;
        Save();
    }

    private void Save()
    {
        if (_options.CheckpointPath is not string path)
            return;
        UpdateTimes();
        Checkpoint.Save(path, _task, _optimizer, _position, _best);
        _sinceSave.Restart();
        Report(TrainingStage.CheckpointSaved);
    }

    private void UpdateTimes() => _position.Seconds = _secondsBefore + _clock.Elapsed.TotalSeconds;

    private void Report(TrainingStage stage, long validated = 0)
    {
        if (_progress is null)
            return;
        bool validating = stage == TrainingStage.Validating;
        double rate = _itemsTrained / Math.Max(1e-9, _trainingSeconds);
        long total = _task.ItemsPerEpoch * _options.Epochs;
        _progress.Report(new TrainingProgress
        {
            Stage = stage,
            Epoch = Math.Min(_position.Epoch + 1, Math.Max(1, stage == TrainingStage.Finished ? _position.Epoch : _options.Epochs)),
            Epochs = _options.Epochs,
            Step = _position.Step,
            Steps = StepsInAll,
            TokensDone = validating ? validated : _position.ItemsTrained,
            TokensTotal = validating ? _task.ValidationItems : total,
            Loss = _position.Items > 0 ? _position.LossSum / _position.Items : _position.Epochs.Count > 0 ? _position.Epochs[^1].TrainLoss : double.NaN,
            RecentLoss = _position.RecentWeight > 0 ? _position.RecentLoss / _position.RecentWeight : double.NaN,
            ValidationLoss = _validationLoss,
            BestValidationLoss = double.IsFinite(_position.BestLoss) ? _position.BestLoss : null,
            GradientNorm = _gradientNorm,
            LearningRate = _optimizer.LearningRate,
            TokensPerSecond = rate,
            Seconds = _clock.Elapsed.TotalSeconds,
            TimeLeft = TimeLeft(total, rate),
            CharactersPerToken = _task.CharactersPerItem,
        });
    }

    /// <summary>The tokens left at the speed so far, and the validations left at the share of time that they and checkpoints have taken so far.</summary>
    private TimeSpan? TimeLeft(long total, double rate)
    {
        if (_itemsTrained == 0)
            return null;
        double seconds = (total - _position.ItemsTrained) / rate;
        double overhead = _position.Epoch > 0 && _position.TrainingSeconds > 0 ? Math.Max(1, _position.EpochStartSeconds / _position.TrainingSeconds) : 1;
        return TimeSpan.FromSeconds(Math.Clamp(seconds * Math.Min(overhead, 10), 0, 1e8));
    }
}
