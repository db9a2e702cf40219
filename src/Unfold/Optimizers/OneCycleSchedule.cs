namespace Unfold.Optimizers;

/// <summary>Up along half a cosine, and down along another; the momentum the other way round.</summary>
internal sealed class OneCycleSchedule : LearningRateSchedule
{
    private const double LeastMomentum = 0.85;
    private const double MostMomentum = 0.95;

    private readonly double _rise;
    private readonly double _start;
    private readonly double _final;

    internal OneCycleSchedule(double rise, double start, double final)
    {
        _rise = rise is > 0 and < 1 ? rise : throw Wrong(nameof(rise), "between 0 and 1", rise);
        _start = start is >= 0 and <= 1 ? start : throw Wrong(nameof(start), "within 0 to 1", start);
        _final = final is >= 0 and <= 1 ? final : throw Wrong(nameof(final), "within 0 to 1", final);
    }

    public override double Factor(TrainingPosition position) => Cycle(position, _start, 1, _final);

    public override double? Momentum(TrainingPosition position) => Cycle(position, MostMomentum, LeastMomentum, MostMomentum);

    /// <summary>
    /// From <paramref name="first"/> at step 0 to the middle at the last step of the rise, to <paramref name="last"/> at the last step of all. Steps are counted as PyTorch
    /// counts them: the rise ends at step rise * total - 1, which need not be whole.
    /// </summary>
    private double Cycle(TrainingPosition position, double first, double middle, double last)
    {
        if (position.TotalSteps <= 0)
            return middle;
        double top = _rise * position.TotalSteps - 1;
        double end = position.TotalSteps - 1;
        double step = Math.Min(position.Step, end);
        return step >= top ? Between(middle, last, top < end ? (step - top) / (end - top) : 1) : Between(first, middle, step / top);
    }

    private static double Between(double from, double to, double part) => to + (from - to) * (1 + Math.Cos(Math.PI * part)) / 2;

    private static ArgumentOutOfRangeException Wrong(string name, string range, double got) => new(name, $"OneCycle's {name} is {range}, but got {got}.");
}
