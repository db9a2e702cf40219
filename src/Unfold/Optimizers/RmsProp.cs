using Unfold.Kernels.Optimizers;

namespace Unfold.Optimizers;

/// <summary>
/// RMSProp, as PyTorch's: with <c>e = g + weightDecay p</c> and <c>s = alpha s + (1 - alpha) e²</c>, effectively computes
/// <c>p -= learningRate e / (sqrt(s) + epsilon)</c>. Centered, <c>m = alpha m + (1 - alpha) e</c> and the root is of <c>s - m²</c>, at least 0. With momentum, the
/// quotient d is gathered, <c>v = momentum v + d</c>, and <c>p -= learningRate v</c>.
/// </summary>
/// <remarks>Source: Tieleman and Hinton 2012, lecture 6.5; centered, Graves 2013, "Generating sequences with recurrent neural networks", equations 38 to 41.</remarks>
public sealed class RmsProp : Optimizer
{
    private readonly int _velocity;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">The learning rate of the first steps; 0 or more. 0.01 by default.</param>
    /// <param name="alpha">How much of the squared gradient's mean stays, from 0 to below 1.</param>
    /// <param name="epsilon">What is added to the root, outside it; above 0.</param>
    /// <param name="momentum">How much of the former direction stays, from 0 to below 1; 0 by default.</param>
    /// <param name="centered">Whether to divide by the deviation instead of the root of the mean square.</param>
    /// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
    /// <exception cref="ArgumentException">A number is outside its range.</exception>
    public RmsProp(float learningRate = 0.01f, double alpha = 0.99, float epsilon = 1e-8f, double momentum = 0, bool centered = false, float weightDecay = 0)
        : base(learningRate, weightDecay, momentum > 0 ? momentum : null, Parts(momentum, centered))
    {
        Alpha = RequireFrom0To1(nameof(alpha), alpha);
        RequireFrom0To1(nameof(momentum), momentum);
        Epsilon = RequireEpsilon(epsilon);
        Centered = centered;
        _velocity = centered ? 2 : 1;
    }

    /// <summary>How much of the squared gradient's mean stays.</summary>
    public double Alpha { get; }

    /// <summary>What is added to the root of the squared gradient's mean.</summary>
    public float Epsilon { get; }

    /// <summary>Whether the step is divided by the gradient's deviation.</summary>
    public bool Centered { get; }

    private protected override unsafe void Update(float* values, float* gradients, int first, int length, in StepTerms terms)
    {
        Span<float> means = Centered ? Remembered(1).Span : [];
        Span<float> velocities = Momentum is null ? [] : Remembered(_velocity).Span;
        fixed (float* square = Remembered(0).Span, mean = means, velocity = velocities)
        {
            Squares.Descend(
                values + first, gradients + first, square + first, mean is null ? null : mean + first, velocity is null ? null : velocity + first, length, terms,
                (float)Alpha, (float)(1 - Alpha), Epsilon, (float)(Momentum ?? 0));
        }
    }

    private static string[] Parts(double momentum, bool centered) => (momentum > 0, centered) switch
    {
        (false, false) => ["square"],
        (false, true) => ["square", "mean"],
        (true, false) => ["square", "momentum"],
        (true, true) => ["square", "mean", "momentum"],
    };
}
