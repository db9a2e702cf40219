using Unfold.Kernels.Optimizers;

namespace Unfold.Optimizers;

/// <summary>
/// AdaDelta, as PyTorch's: with <c>e = g + weightDecay p</c>, <c>s = rho s + (1 - rho) e²</c>, <c>d = sqrt(u + epsilon) / sqrt(s + epsilon) e</c> and
/// <c>u = rho u + (1 - rho) d²</c>, effectively computes <c>p -= learningRate d</c>.
/// </summary>
/// <remarks>Source: Zeiler 2012, "ADADELTA: an adaptive learning rate method", algorithm 1, which has a learning rate of 1.</remarks>
public sealed class AdaDelta : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">What steps are multiplied by; 0 or more. 1 by default, as the rule finds its own scale.</param>
    /// <param name="rho">How much of the means of squares stays, from 0 to below 1.</param>
    /// <param name="epsilon">What is added to both means inside their roots; above 0.</param>
    /// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
    /// <exception cref="ArgumentException">A number is outside its range.</exception>
    public AdaDelta(float learningRate = 1, double rho = 0.9, float epsilon = 1e-6f, float weightDecay = 0)
        : base(learningRate, weightDecay, null, "square", "step")
    {
        Rho = RequireFrom0To1(nameof(rho), rho);
        Epsilon = RequireEpsilon(epsilon);
    }

    /// <summary>How much of the means of squares stays.</summary>
    public double Rho { get; }

    /// <summary>What is added to both means inside their roots.</summary>
    public float Epsilon { get; }

    private protected override unsafe void Update(float* values, float* gradients, int first, int length, in StepTerms terms)
    {
        fixed (float* square = Remembered(0).Span, step = Remembered(1).Span)
            SquaredSteps.Descend(values + first, gradients + first, square + first, step + first, length, terms, (float)Rho, (float)(1 - Rho), Epsilon);
    }
}
