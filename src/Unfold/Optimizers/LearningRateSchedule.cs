namespace Unfold.Optimizers;

/// <summary>
/// How the learning rate changes in the course of a training: a factor on the first learning rate, as a pure function of the position, so that a
/// resumed training goes on as the uninterrupted one.
/// </summary>
public abstract class LearningRateSchedule
{
    /// <summary>The first learning rate throughout.</summary>
    public static LearningRateSchedule Constant { get; } = new ConstantSchedule();

    /// <summary>Multiplied by <paramref name="factor"/> after every <paramref name="epochs"/> epochs (PyTorch's StepLR).</summary>
    /// <param name="epochs">Above 0.</param>
    /// <param name="factor">Above 0, mostly below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not above 0.</exception>
    public static LearningRateSchedule StepDecay(double epochs, double factor) =>
        new StepDecaySchedule(Above0(epochs, nameof(epochs)), Above0(factor, nameof(factor)));

    /// <summary>Multiplied by <paramref name="factor"/> in the course of each epoch, evenly: factor^epoch.</summary>
    /// <param name="factor">Above 0, mostly below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0.</exception>
    public static LearningRateSchedule Exponential(double factor) => new ExponentialSchedule(Above0(factor, nameof(factor)));

    /// <summary>
    /// Falls along half a cosine from 1 to <paramref name="final"/> at the last planned step:
    /// final + (1 - final) (1 + cos(pi progress)) / 2 (Loshchilov and Hutter 2017, equation 5, without restarts). Needs the number of steps.
    /// </summary>
    /// <param name="final">The last factor, 0 to 1; 0 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The last factor is not within 0 to 1.</exception>
    public static LearningRateSchedule Cosine(double final = 0) => final is >= 0 and <= 1
        ? new CosineSchedule(final)
        : throw new ArgumentOutOfRangeException(nameof(final), $"Cosine ends at a factor within 0 to 1, but got {final}.");

    /// <summary>This schedule after a linear rise from nearly 0 during the first <paramref name="steps"/> steps, which also count for this schedule.</summary>
    /// <param name="steps">The number of steps of the rise, 0 or more: step s has the factor (s + 1) / steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public LearningRateSchedule WithWarmUp(long steps) => steps >= 0
        ? new WarmUpSchedule(steps, this)
        : throw new ArgumentOutOfRangeException(nameof(steps), $"A warm-up takes 0 steps or more, but got {steps}.");

    /// <summary>The factor on the first learning rate for the next step from this position.</summary>
    public abstract double Factor(TrainingPosition position);

    private static double Above0(double value, string name) => value > 0
        ? value
        : throw new ArgumentOutOfRangeException(name, $"A learning-rate schedule's {name} is above 0, but got {value}.");

    private sealed class ConstantSchedule : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) => 1;
    }

    private sealed class StepDecaySchedule(double epochs, double factor) : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) => Math.Pow(factor, Math.Floor(position.Epoch / epochs));
    }

    private sealed class ExponentialSchedule(double factor) : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) => Math.Pow(factor, position.Epoch);
    }

    private sealed class CosineSchedule(double final) : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) => final + (1 - final) * (1 + Math.Cos(Math.PI * position.Progress)) / 2;
    }

    private sealed class WarmUpSchedule(long steps, LearningRateSchedule then) : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) =>
            then.Factor(position) * (position.Step < steps ? (position.Step + 1.0) / steps : 1);
    }
}
