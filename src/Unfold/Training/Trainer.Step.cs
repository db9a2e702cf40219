using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>One step, and what is said of it.</summary>
public sealed partial class Trainer
{
    /// <summary>How fast <see cref="TrainingProgress.RecentLoss"/> forgets: a hundred steps.</summary>
    private const double RecentDecay = 0.99;

    /// <summary>Updates of the weights in an epoch; the last may be of fewer batches.</summary>
    private int UpdatesPerEpoch => (_task.StepsPerEpoch + _options.Accumulate - 1) / _options.Accumulate;

    private long UpdatesInAll => (long)UpdatesPerEpoch * _options.Epochs;

    /// <summary>The update after which weights are averaged first.</summary>
    private long AverageStart => (long)UpdatesPerEpoch * ((_options.AverageFrom ?? 1) - 1);

    private Tensor AverageValues => _average?.Values ?? default;

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
        if (!double.IsFinite(_gradientNorm))
            throw Diverged("gradient", Divergence.Backward(_tape, _task.Parameters), _position.StepInEpoch);

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
                NextBatch(step);
            _tape.Step = (long)_position.Epoch * _task.StepsPerEpoch + step;
            _tape.Gates = _events is not null && step == _task.StepsPerEpoch - 1 ? _events.Gates : null;
            Tensor lossTensor = _task.Loss(_tape, step);
            double share = (double)_task.ItemsInStep(step) / items;
            loss += share * lossTensor.Scalar;
            if (!double.IsFinite(loss))
                throw Diverged("loss", Divergence.Forward(_tape, _task.Parameters), step);
            if (step == first)
            {
                _task.Parameters.ZeroGradients();
                profile?.Count(StepProfile.Clearing);
            }

            _tape.Backward(lossTensor, (float)share);
        }

        return (loss, items);
    }

    /// <summary>Frees the tape between the batches of a step, while it still knows whence a gradient came that is no number.</summary>
    private void NextBatch(int step)
    {
        if (!double.IsFinite(GradientClipping.Norm(_task.Parameters)))
            throw Diverged("gradient", Divergence.Backward(_tape, _task.Parameters), step - 1);
        _tape.Reset();
    }

    private TrainingException Diverged(string what, Divergence? divergence, int step)
    {
        string cause = divergence is null ? "" : $" {divergence.Cause}.";
        string hint = divergence?.IsOfData == true
            ? $"Look at the data of step {step} of the epoch."
            : $"A learning rate below {_options.LearningRate} or tighter clipping may help.";
        return new TrainingException($"Training has diverged: after {_position.Step} steps the {what} is no longer a number.{cause} {hint}", divergence?.Layer);
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

    private void Report(TrainingStage stage, long validated = 0) => _progress?.Report(ProgressAt(stage, validated));

    private TrainingProgress ProgressAt(TrainingStage stage, long validated = 0)
    {
        bool validating = stage == TrainingStage.Validating;
        double rate = _itemsTrained / Math.Max(1e-9, _trainingSeconds);
        long total = _itemsPerEpoch * _options.Epochs;
        return new TrainingProgress
        {
            Stage = stage,
            Epoch = Math.Min(_position.Epoch + 1, Math.Max(1, stage == TrainingStage.Finished ? _position.Epoch : _options.Epochs)),
            Epochs = _options.Epochs,
            Step = _position.Step,
            Steps = UpdatesInAll,
            Items = _task.Items,
            ItemsDone = validating ? validated : _position.ItemsTrained,
            ItemsTotal = validating ? _task.ValidationItems : total,
            Loss = _position.Items > 0 ? _position.LossSum / _position.Items : _position.Epochs.Count > 0 ? _position.Epochs[^1].TrainLoss : double.NaN,
            RecentLoss = _position.RecentWeight > 0 ? _position.RecentLoss / _position.RecentWeight : double.NaN,
            Validation = _validation,
            Best = _position.Best,
            GradientNorm = _gradientNorm,
            LearningRate = _optimizer.LearningRate,
            ItemsPerSecond = rate,
            Seconds = _clock.Elapsed.TotalSeconds,
            TimeLeft = TimeLeft(total, rate),
            CharactersPerItem = _task.CharactersPerItem,
        };
    }

    /// <summary>The items left at the speed so far, and the validations left at the share of time that they and checkpoints have taken so far.</summary>
    private TimeSpan? TimeLeft(long total, double rate)
    {
        if (_itemsTrained == 0)
            return null;
        double seconds = (total - _position.ItemsTrained) / rate;
        double overhead = _position.Epoch > 0 && _position.TrainingSeconds > 0 ? Math.Max(1, _position.EpochStartSeconds / _position.TrainingSeconds) : 1;
        return TimeSpan.FromSeconds(Math.Clamp(seconds * Math.Min(overhead, 10), 0, 1e8));
    }
}
