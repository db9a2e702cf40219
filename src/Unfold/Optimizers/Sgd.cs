using Unfold.Kernels.Optimizers;

namespace Unfold.Optimizers;

/// <summary>
/// Gradient descent, plain, with momentum, or with Nesterov's momentum, as PyTorch's <c>SGD</c> without dampening: with
/// <c>e = g + weightDecay p</c> and <c>v = momentum v + e</c>, effectively computes <c>p -= learningRate e</c> without momentum,
/// <c>p -= learningRate v</c> with it, <c>p -= learningRate (e + momentum v)</c> with Nesterov's.
/// </summary>
/// <remarks>Source: Polyak 1964; Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".</remarks>
public sealed class Sgd : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">The learning rate of the first steps; 0 or more.</param>
    /// <param name="momentum">How much of the former direction stays, from 0 to below 1; 0 by default, often 0.9.</param>
    /// <param name="nesterov">Whether to look ahead along the momentum; needs a momentum above 0.</param>
    /// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
    /// <exception cref="ArgumentException">A number is outside its range, or Nesterov's has no momentum.</exception>
    public Sgd(float learningRate, double momentum = 0, bool nesterov = false, float weightDecay = 0)
        : base(learningRate, weightDecay, momentum > 0 ? momentum : null, momentum > 0 ? ["momentum"] : [])
    {
        RequireFrom0To1(nameof(momentum), momentum);
        if (nesterov && momentum == 0)
            throw new ArgumentException("Sgd with Nesterov's momentum needs a momentum above 0, such as 0.9.");
        Nesterov = nesterov;
    }

    /// <summary>Whether the step looks ahead along the momentum.</summary>
    public bool Nesterov { get; }

    private protected override unsafe void Update(float* values, float* gradients, int first, int length, in StepTerms terms)
    {
        if (Momentum is not double momentum)
        {
            Kernels.Optimizers.Momentum.Descend(values + first, gradients + first, length, terms);
            return;
        }

        fixed (float* velocity = Remembered(0).Span)
            Kernels.Optimizers.Momentum.Descend(values + first, gradients + first, velocity + first, length, terms, (float)momentum, Nesterov);
    }
}
