using Unfold.Optimizers;

namespace Unfold.Training;

/// <summary>Makes optimizers and schedules from options.</summary>
internal static class LearningRates
{
    /// <summary>The optimizer that the options name.</summary>
    internal static Optimizer OptimizerOf(TrainingOptions options) => options.Optimizer switch
    {
        OptimizerKind.Sgd => new Sgd(options.LearningRate, weightDecay: options.WeightDecay),
        OptimizerKind.Momentum => new Sgd(options.LearningRate, options.Momentum, weightDecay: options.WeightDecay),
        OptimizerKind.Nesterov => new Sgd(options.LearningRate, options.Momentum, nesterov: true, weightDecay: options.WeightDecay),
        _ => new Adam(options.LearningRate, weightDecay: options.WeightDecay),
    };

    /// <summary>The schedule that the options name.</summary>
    internal static LearningRateSchedule ScheduleOf(TrainingOptions options)
    {
        double final = (double)options.FinalLearningRate / options.LearningRate;
        LearningRateSchedule schedule = options.Decay switch
        {
            LearningRateDecay.Cosine => LearningRateSchedule.Cosine(final),
            LearningRateDecay.Linear => new LinearSchedule(final),
            LearningRateDecay.Step => LearningRateSchedule.StepDecay(options.DecayEpochs, options.DecayFactor),
            _ => LearningRateSchedule.Constant,
        };
        return options.WarmupSteps > 0 ? schedule.WithWarmUp(options.WarmupSteps) : schedule;
    }

    /// <summary>Falls along a line from 1 to the last factor at the last planned step.</summary>
    private sealed class LinearSchedule(double final) : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) => 1 - (1 - final) * position.Progress;
    }
}
