namespace Unfold.Optimizers;

/// <summary>
/// How the learning rate changes in the course of a training: a factor on the first learning rate, as a pure function of the position and of the validation
/// losses so far. A resumed training that observes these losses again goes on as the uninterrupted one.
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

    /// <summary>Falls along a line from 1 to <paramref name="final"/> at the last planned step: 1 - (1 - final) progress (PyTorch's LinearLR). Needs the number of steps.</summary>
    /// <param name="final">The last factor, 0 to 1; 0 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The last factor is not within 0 to 1.</exception>
    public static LearningRateSchedule Linear(double final = 0) => final is >= 0 and <= 1
        ? new LinearSchedule(final)
        : throw new ArgumentOutOfRangeException(nameof(final), $"Linear ends at a factor within 0 to 1, but got {final}.");

    /// <summary>
    /// One cycle: along half a cosine from <paramref name="start"/> up to 1 during the first part of the steps, along another down to <paramref name="final"/>; and the momentum
    /// the other way round, from 0.95 to 0.85 and back (PyTorch's OneCycleLR, whose max_lr is the first learning rate here). Needs the number of steps.
    /// </summary>
    /// <remarks>Source: Smith and Topin 2018, "Super-convergence"; Smith 2018, "A disciplined approach to neural network hyper-parameters".</remarks>
    /// <param name="rise">The part of the steps during which the rate rises, between 0 and 1.</param>
    /// <param name="start">The first factor, 0 to 1.</param>
    /// <param name="final">The last factor, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LearningRateSchedule OneCycle(double rise = 0.3, double start = 1 / 25.0, double final = 1 / 25.0 / 1e4) => new OneCycleSchedule(rise, start, final);

    /// <summary>
    /// Multiplied by <paramref name="factor"/> when the validation loss has not fallen for more than <paramref name="patience"/> evaluations in a row (PyTorch's
    /// ReduceLROnPlateau). A schedule of this kind belongs to one run.
    /// </summary>
    /// <param name="factor">Between 0 and 1.</param>
    /// <param name="patience">The evaluations without a lower loss that are borne; 0 or more.</param>
    /// <param name="least">The least factor that is reached, 0 to 1.</param>
    /// <param name="threshold">By what part of the lowest loss another must be lower to count; from 0 to below 1.</param>
    /// <param name="coolDown">The evaluations after a fall that are not counted; 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LearningRateSchedule Plateau(double factor = 0.1, int patience = 10, double least = 0, double threshold = 1e-4, int coolDown = 0) =>
        new PlateauSchedule(factor, patience, least, threshold, coolDown);

    /// <summary>This schedule after a linear rise from nearly 0 during the first <paramref name="steps"/> steps, which also count for this schedule (PyTorch's LinearLR).</summary>
    /// <param name="steps">The number of steps of the rise, 0 or more: step s has the factor (s + 1) / steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public LearningRateSchedule WithWarmUp(long steps) => steps >= 0
        ? new WarmUpSchedule(steps, this)
        : throw new ArgumentOutOfRangeException(nameof(steps), $"A warm-up takes 0 steps or more, but got {steps}.");

    /// <summary>The factor on the first learning rate for the next step from this position.</summary>
    public abstract double Factor(TrainingPosition position);

    /// <summary>The momentum for the next step from this position (see <see cref="Optimizer.Momentum"/>); null where the schedule leaves it alone.</summary>
    public virtual double? Momentum(TrainingPosition position) => null;

    /// <summary>Takes the validation loss at an epoch's end into account, where the schedule depends on it.</summary>
    public virtual void Observe(double validationLoss)
    {
    }

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

    private sealed class LinearSchedule(double final) : LearningRateSchedule
    {
        public override double Factor(TrainingPosition position) => 1 - (1 - final) * position.Progress;
    }

    private sealed class WarmUpSchedule(long steps, LearningRateSchedule then) : LearningRateSchedule
    {
        public override double? Momentum(TrainingPosition position) => then.Momentum(position);

        public override void Observe(double validationLoss) => then.Observe(validationLoss);

        public override double Factor(TrainingPosition position) =>
            then.Factor(position) * (position.Step < steps ? (position.Step + 1.0) / steps : 1);
    }
}
