namespace Unfold.Training;

/// <summary>Stops a training whose validation loss, or another metric that is watched, has not improved for a number of evaluations.</summary>
public sealed class EarlyStopping
{
    private readonly double _sign;

    /// <summary>Starts with no evaluation seen.</summary>
    /// <param name="patience">The number of evaluations in a row without improvement after which to stop; 1 or more.</param>
    /// <param name="leastImprovement">By how much the metric must be better than the best to count as an improvement; 0 by default.</param>
    /// <param name="maximize">Whether more is better, as for an accuracy; false by default, as for a loss.</param>
    /// <exception cref="ArgumentOutOfRangeException">Patience is below 1, or the least improvement is negative.</exception>
    public EarlyStopping(int patience, double leastImprovement = 0, bool maximize = false)
    {
        if (patience < 1)
            throw new ArgumentOutOfRangeException(nameof(patience), $"EarlyStopping waits for 1 evaluation or more, but patience is {patience}.");
        if (!(leastImprovement >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(leastImprovement),
                $"EarlyStopping's least improvement is 0 or more, but got {leastImprovement}.");
        }

        Patience = patience;
        LeastImprovement = leastImprovement;
        _sign = maximize ? -1 : 1;
        Best = _sign * double.PositiveInfinity;
    }

    /// <summary>The number of evaluations in a row without improvement after which to stop.</summary>
    public int Patience { get; }

    /// <summary>By how much the metric must be better than the best to count as an improvement.</summary>
    public double LeastImprovement { get; }

    /// <summary>The best value that counted; before the first, infinity of the sign that everything is better than.</summary>
    public double Best { get; private set; }

    /// <summary>The number of evaluations since the best.</summary>
    public int EvaluationsSinceBest { get; private set; }

    /// <summary>Whether patience is at its end.</summary>
    public bool ShouldStop => EvaluationsSinceBest >= Patience;

    /// <summary>Takes an evaluation's metric into account. NaN is no improvement.</summary>
    /// <returns>Whether it is the best so far: then is the time to keep the parameters.</returns>
    public bool Observe(double metric)
    {
        if (_sign * metric < _sign * Best - LeastImprovement)
        {
            Best = metric;
            EvaluationsSinceBest = 0;
            return true;
        }

        EvaluationsSinceBest++;
        return false;
    }

    /// <summary>Goes on from what a checkpoint kept.</summary>
    /// <param name="best">The former <see cref="Best"/>.</param>
    /// <param name="evaluationsSinceBest">The former <see cref="EvaluationsSinceBest"/>.</param>
    public void Restore(double best, int evaluationsSinceBest)
    {
        Best = best;
        EvaluationsSinceBest = evaluationsSinceBest;
    }
}
