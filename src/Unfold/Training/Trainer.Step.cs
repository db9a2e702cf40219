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

    private void Step()
    {
        StepProfile? profile = _options.Profile;
        profile?.Begin();
        long start = Stopwatch.GetTimestamp();
        int step = _position.StepInEpoch;
        _tape.Step = _position.Step;
        Tensor lossTensor = _task.Loss(_tape, step);
        double loss = lossTensor.Scalar;
        if (!double.IsFinite(loss))
            throw Diverged("loss", Divergence.Forward(_tape, _task.Parameters));
        _task.Parameters.ZeroGradients();
        profile?.Count(StepProfile.Clearing);
        _tape.Backward(lossTensor);
        if (_options.ClipValue is float limit)
            GradientClipping.ByValue(_task.Parameters, limit);
        _gradientNorm = GradientClipping.Norm(_task.Parameters);
        profile?.Count(StepProfile.Clipping);
        if (!double.IsFinite(_gradientNorm))
            throw Diverged("gradient", Divergence.Backward(_tape, _task.Parameters));

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

    private TrainingException Diverged(string what, Divergence? divergence)
    {
        string cause = divergence is null ? "" : $" {divergence.Cause}.";
        string hint = divergence?.IsOfData == true
            ? $"Look at the data of step {_position.StepInEpoch} of the epoch."
            : $"A learning rate below {_options.LearningRate} or tighter clipping may help.";
        return new TrainingException($"Training has diverged: after {_position.Step} steps the {what} is no longer a number.{cause} {hint}", divergence?.Layer);
    }

    private TrainingPosition SchedulePosition() =>
        new(_position.Step, StepsInAll, _position.Epoch + (double)_position.StepInEpoch / _task.StepsPerEpoch);

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
            Steps = StepsInAll,
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
