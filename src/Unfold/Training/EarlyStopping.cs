namespace Unfold.Training;

/// <summary>Stops a training whose validation loss has not improved for a number of evaluations.</summary>
public sealed class EarlyStopping
{
    /// <summary>Starts with no evaluation seen.</summary>
    /// <param name="patience">The number of evaluations in a row without improvement after which to stop; 1 or more.</param>
    /// <param name="leastImprovement">By how much a loss must fall below the best to count as an improvement; 0 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">Patience is below 1, or the least improvement is negative.</exception>
    public EarlyStopping(int patience, double leastImprovement = 0)
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
    }

    /// <summary>The number of evaluations in a row without improvement after which to stop.</summary>
    public int Patience { get; }

    /// <summary>By how much a loss must fall below the best to count as an improvement.</summary>
    public double LeastImprovement { get; }

    /// <summary>The lowest loss that counted; infinity before the first.</summary>
    public double BestLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>The number of evaluations since the best.</summary>
    public int EvaluationsSinceBest { get; private set; }

    /// <summary>Whether patience is at its end.</summary>
    public bool ShouldStop => EvaluationsSinceBest >= Patience;

    /// <summary>Takes an evaluation's loss into account. NaN is no improvement.</summary>
    /// <returns>Whether it is the best so far: then is the time to keep the parameters.</returns>
    public bool Observe(double loss)
    {
        if (loss < BestLoss - LeastImprovement)
        {
            BestLoss = loss;
            EvaluationsSinceBest = 0;
            return true;
        }

        EvaluationsSinceBest++;
        return false;
    }

    /// <summary>Goes on from what a checkpoint kept.</summary>
    /// <param name="bestLoss">The former <see cref="BestLoss"/>.</param>
    /// <param name="evaluationsSinceBest">The former <see cref="EvaluationsSinceBest"/>.</param>
    public void Restore(double bestLoss, int evaluationsSinceBest)
    {
        BestLoss = bestLoss;
        EvaluationsSinceBest = evaluationsSinceBest;
    }
}
