namespace Unfold.Optimizers;

/// <summary>Falls when the validation loss does not. Its state follows from the losses that it was told, so a checkpoint that keeps those keeps it.</summary>
internal sealed class PlateauSchedule : LearningRateSchedule
{
    private readonly double _multiplier;
    private readonly int _patience;
    private readonly double _least;
    private readonly double _threshold;
    private readonly int _coolDown;
    private double _factor = 1;
    private double _best = double.PositiveInfinity;
    private int _sinceBest;
    private int _cooling;

    internal PlateauSchedule(double factor, int patience, double least, double threshold, int coolDown)
    {
        _multiplier = factor is > 0 and < 1 ? factor : throw Wrong(nameof(factor), "between 0 and 1", factor);
        _patience = patience >= 0 ? patience : throw Wrong(nameof(patience), "0 or more", patience);
        _least = least is >= 0 and <= 1 ? least : throw Wrong(nameof(least), "within 0 to 1", least);
        _threshold = threshold is >= 0 and < 1 ? threshold : throw Wrong(nameof(threshold), "from 0 to below 1", threshold);
        _coolDown = coolDown >= 0 ? coolDown : throw Wrong(nameof(coolDown), "0 or more", coolDown);
    }

    public override double Factor(TrainingPosition position) => _factor;

    public override void Observe(double validationLoss)
    {
        _sinceBest++;
        if (validationLoss < _best * (1 - _threshold))
        {
            _best = validationLoss;
            _sinceBest = 0;
        }

        if (_cooling > 0)
        {
            _cooling--;
            _sinceBest = 0;
        }

        if (_sinceBest <= _patience)
            return;
        _factor = Math.Max(_factor * _multiplier, _least);
        _cooling = _coolDown;
        _sinceBest = 0;
    }

    private static ArgumentOutOfRangeException Wrong(string name, string range, double got) => new(name, $"Plateau's {name} is {range}, but got {got}.");
}
