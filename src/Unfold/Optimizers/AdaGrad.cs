using Unfold.Kernels.Optimizers;

namespace Unfold.Optimizers;

/// <summary>
/// AdaGrad, as PyTorch's: with <c>e = g + weightDecay p</c> and <c>s = s + e²</c>, effectively computes
/// <c>p -= learningRate / (1 + (t - 1) learningRateDecay) e / (sqrt(s) + epsilon)</c> at step t = 1, 2, …
/// </summary>
/// <remarks>Source: Duchi, Hazan and Singer 2011, section 1, the diagonal case.</remarks>
public sealed class AdaGrad : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">The learning rate of the first steps; 0 or more. 0.01 by default.</param>
    /// <param name="learningRateDecay">How fast the learning rate falls beside its schedule; 0 or more, 0 by default.</param>
    /// <param name="epsilon">What is added to the root, outside it; above 0.</param>
    /// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
    /// <exception cref="ArgumentException">A number is outside its range.</exception>
    public AdaGrad(float learningRate = 0.01f, float learningRateDecay = 0, float epsilon = 1e-10f, float weightDecay = 0)
        : base(learningRate, weightDecay, null, "sum")
    {
        LearningRateDecay = RequireNotNegative(nameof(learningRateDecay), learningRateDecay);
        Epsilon = RequireEpsilon(epsilon);
    }

    /// <summary>How fast the learning rate falls beside its schedule.</summary>
    public float LearningRateDecay { get; }

    /// <summary>What is added to the root of the sum of squares.</summary>
    public float Epsilon { get; }

    private protected override double RateOfStep(double learningRate) => learningRate / (1 + (StepCount - 1) * (double)LearningRateDecay);

    private protected override unsafe void Update(float* values, float* gradients, int first, int length, in StepTerms terms)
    {
        fixed (float* sum = Remembered(0).Span)
            Squares.Descend(values + first, gradients + first, sum + first, null, null, length, terms, 1, 1, Epsilon, 0);
    }
}
