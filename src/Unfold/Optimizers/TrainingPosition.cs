namespace Unfold.Optimizers;

/// <summary>How far a training has come: what a learning-rate schedule depends on beside the validation losses.</summary>
/// <param name="Step">The number of optimizer steps done.</param>
/// <param name="TotalSteps">The number of steps planned; 0 if unknown.</param>
/// <param name="Epoch">The number of passes over the data done, with fractions.</param>
public readonly record struct TrainingPosition(long Step, long TotalSteps, double Epoch)
{
    /// <summary>The part of the planned steps that is done, 0 to 1; 0 if unknown.</summary>
    public double Progress => TotalSteps <= 0 ? 0 : Math.Clamp((double)Step / TotalSteps, 0, 1);
}
