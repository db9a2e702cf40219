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
    private readonly WeightAverage? _average;
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
        _average = LearningRates.AverageOf(options, task.Parameters);
        if (options.ResumePath is string path)
            Resume(path);
    }

    /// <summary>How far the run has come.</summary>
    internal RunPosition Position => _position;

    /// <summary>Updates of the weights in an epoch; the last may be of fewer batches.</summary>
    private int UpdatesPerEpoch => (_task.StepsPerEpoch + _options.Accumulate - 1) / _options.Accumulate;

    private long UpdatesInAll => (long)UpdatesPerEpoch * _options.Epochs;

    /// <summary>The update after which the weights are averaged first.</summary>
    private long AverageStart => (long)UpdatesPerEpoch * ((_options.AverageFrom ?? 1) - 1);

    private Tensor AverageValues => _average?.Values ?? default;

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
        else
            ExchangeAverage();
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
        _position = Checkpoint.Load(path, _task, _optimizer, _best, AverageValues);
        _secondsBefore = _position.Seconds;
        _stopping?.Restore(_position.BestLoss, _position.EpochsSinceBest);
        if (_average is not null)
            _average.Count = Math.Max(0, _position.Step - AverageStart);
        if (_task.ValidationItems > 0)
            _position.Epochs.ForEach(epoch => _schedule.Observe(epoch.ValidationLoss ?? double.NaN));
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
        (double loss, int items) = GatherGradients(profile);
        if (_options.ClipValue is float limit)
            GradientClipping.ByValue(_task.Parameters, limit);
        _gradientNorm = GradientClipping.Norm(_task.Parameters);
        profile?.Count(StepProfile.Clipping);
        if (!double.IsFinite(loss) || !double.IsFinite(_gradientNorm))
        {
            throw new TrainingException($"Training has diverged: after {_position.Step} steps the {(double.IsFinite(loss) ? "gradient" : "loss")} is no longer a number. "
                + $"A learning rate below {_options.LearningRate} or tighter clipping may help.");
        }

        TrainingPosition position = SchedulePosition();
        _optimizer.LearningRate = (float)(_options.LearningRate * _schedule.Factor(position));
        if (_optimizer.Momentum is not null && _schedule.Momentum(position) is double momentum)
            _optimizer.Momentum = momentum;
        _optimizer.Step(_task.Parameters, _options.ClipNorm is float maximum ? GradientClipping.FactorByNorm(_gradientNorm, maximum) : 1);
        if (_position.Step >= AverageStart)
            _average?.Add();
        profile?.Count(StepProfile.Optimizer);
        _tape.Reset();

        _position.LossSum += loss * items;
        _position.Items += items;
        _position.RecentLoss = RecentDecay * _position.RecentLoss + (1 - RecentDecay) * loss;
        _position.RecentWeight = RecentDecay * _position.RecentWeight + (1 - RecentDecay);
        _position.Step++;
        _position.StepInEpoch = Math.Min(_position.StepInEpoch + _options.Accumulate, _task.StepsPerEpoch);
        _position.ItemsTrained += items;
        _itemsTrained += items;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _trainingSeconds += seconds;
        _position.TrainingSeconds += seconds;
        profile?.End();
    }

    /// <summary>
    /// Computes the gradient of the mean loss of the next batches' items, one batch unless the options say more: each batch has the weight of its share of
    /// the items.
    /// </summary>
    private (double Loss, int Items) GatherGradients(StepProfile? profile)
    {
        int first = _position.StepInEpoch;
        int end = Math.Min(first + _options.Accumulate, _task.StepsPerEpoch);
        int items = 0;
        for (int step = first; step < end; step++)
            items += _task.ItemsInStep(step);
        double loss = 0;
        for (int step = first; step < end; step++)
        {
            if (step > first)
                _tape.Reset();
            _tape.Step = (long)_position.Epoch * _task.StepsPerEpoch + step;
            Tensor lossTensor = _task.Loss(_tape, step);
            double share = (double)_task.ItemsInStep(step) / items;
            loss += share * lossTensor.Scalar;
            if (step == first)
            {
                _task.Parameters.ZeroGradients();
                profile?.Count(StepProfile.Clearing);
            }

            _tape.Backward(lossTensor, (float)share);
        }

        return (loss, items);
    }

    private TrainingPosition SchedulePosition()
    {
        double inEpoch = (double)(_position.StepInEpoch / _options.Accumulate) / UpdatesPerEpoch;
        return new TrainingPosition(_position.Step, UpdatesInAll, _position.Epoch + inEpoch);
    }

    /// <summary>Puts the average, if it has begun, where the weights are, and back.</summary>
    private void ExchangeAverage()
    {
        if (_average?.Count > 0)
            _average.Exchange();
    }

    private void EndEpoch(CancellationToken cancellationToken)
    {
        if (_task.ValidationItems > 0)
        {
            ExchangeAverage();
            try
            {
                Validate(cancellationToken);
            }
            finally
            {
                ExchangeAverage();
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

    private void Validate(CancellationToken cancellationToken)
    {
        double loss = _task.Validate(done => Report(TrainingStage.Validating, done), cancellationToken);
        _validationLoss = loss;
        _schedule.Observe(loss);
        if (loss < _position.BestLoss)
            _position.BestLoss = loss;
        if (_stopping is null)
            return;
        if (_stopping.Observe(loss))
            _task.Parameters.Values.CopyTo(_best.Span);
        _position.EpochsSinceBest = _stopping.EvaluationsSinceBest;
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
            Steps = UpdatesInAll,
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
