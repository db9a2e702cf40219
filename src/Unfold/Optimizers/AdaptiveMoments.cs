using Unfold.Kernels.Optimizers;

namespace Unfold.Optimizers;

/// <summary>What Adam and AdamW share: means of gradients and of their squares, corrected for having begun at zero.</summary>
public abstract class AdaptiveMoments : Optimizer
{
    private protected AdaptiveMoments(float learningRate, double beta1, double beta2, float epsilon, float weightDecay)
        : base(learningRate, weightDecay, beta1, "mean", "square")
    {
        RequireFrom0To1(nameof(beta1), beta1);
        Beta2 = RequireFrom0To1(nameof(beta2), beta2);
        Epsilon = RequireEpsilon(epsilon);
    }

    /// <summary>How much of the squared gradient's mean stays; beta1 is <see cref="Optimizer.Momentum"/>.</summary>
    public double Beta2 { get; }

    /// <summary>What is added to the root of the squared gradient's mean.</summary>
    public float Epsilon { get; }

    private protected override double RateOfStep(double learningRate) => learningRate / (1 - Math.Pow(Momentum!.Value, StepCount));

    private protected override unsafe void Update(float* values, float* gradients, int first, int length, in StepTerms terms)
    {
        float rootScale = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, StepCount)));
        fixed (float* mean = Remembered(0).Span, square = Remembered(1).Span)
        {
            Moments.Descend(
                values + first, gradients + first, mean + first, square + first, length, terms,
                (float)(1 - Momentum!.Value), (float)Beta2, (float)(1 - Beta2), rootScale, Epsilon);
        }
    }
}
