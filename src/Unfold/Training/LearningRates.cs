using Unfold.Autodiff;
using Unfold.Optimizers;

namespace Unfold.Training;

/// <summary>Makes optimizers, schedules and averages from options.</summary>
internal static class LearningRates
{
    /// <summary>The optimizer that the options name, with its groups and penalties.</summary>
    internal static Optimizer OptimizerOf(TrainingOptions options)
    {
        Optimizer optimizer = RuleOf(options);
        optimizer.L1 = options.L1;
        optimizer.L2 = options.L2;
        optimizer.UpdateLimit = options.ClipUpdate;
        optimizer.Groups = options.Groups;
        return optimizer;
    }

    /// <summary>The schedule that the options name.</summary>
    internal static LearningRateSchedule ScheduleOf(TrainingOptions options)
    {
        double final = (double)options.FinalLearningRate / options.LearningRate;
        LearningRateSchedule schedule = options.Decay switch
        {
            LearningRateDecay.Cosine => LearningRateSchedule.Cosine(final),
            LearningRateDecay.Linear => LearningRateSchedule.Linear(final),
            LearningRateDecay.Step => LearningRateSchedule.StepDecay(options.DecayEpochs, options.DecayFactor),
            LearningRateDecay.OneCycle => LearningRateSchedule.OneCycle(options.OneCycleRise),
            LearningRateDecay.Plateau => LearningRateSchedule.Plateau(options.DecayFactor, options.DecayPatience, final),
            _ => LearningRateSchedule.Constant,
        };
        return options.WarmupSteps > 0 ? schedule.WithWarmUp(options.WarmupSteps) : schedule;
    }

    /// <summary>The average of weights that the options ask for; null for none.</summary>
    internal static WeightAverage? AverageOf(TrainingOptions options, ParameterSet parameters) =>
        options.AverageFrom is null && options.AverageDecay is null ? null : new WeightAverage(parameters, options.AverageDecay);

    private static Optimizer RuleOf(TrainingOptions options)
    {
        float rate = options.LearningRate;
        float decay = options.WeightDecay ?? 0;
        double momentum = options.Momentum ?? 0.9f;
        double beta1 = options.Beta1 ?? 0.9;
        double beta2 = options.Beta2 ?? 0.999;
        float epsilon = options.Epsilon ?? 1e-8f;
        return options.Optimizer switch
        {
            OptimizerKind.Sgd => new Sgd(rate, weightDecay: decay),
            OptimizerKind.Momentum => new Sgd(rate, momentum, weightDecay: decay),
            OptimizerKind.Nesterov => new Sgd(rate, momentum, nesterov: true, weightDecay: decay),
            OptimizerKind.AdaGrad => new AdaGrad(rate, epsilon: options.Epsilon ?? 1e-10f, weightDecay: decay),
            OptimizerKind.RmsProp => new RmsProp(rate, options.Beta2 ?? 0.99, epsilon, options.Momentum ?? 0, options.Centered, decay),
            OptimizerKind.AdaDelta => new AdaDelta(rate, options.Beta2 ?? 0.9, options.Epsilon ?? 1e-6f, decay),
            OptimizerKind.AdamW => new AdamW(rate, beta1, beta2, epsilon, options.WeightDecay ?? 0.01f),
            _ => new Adam(rate, beta1, beta2, epsilon, decay),
        };
    }
}
