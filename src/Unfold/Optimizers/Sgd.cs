using Unfold.Autodiff;

namespace Unfold.Optimizers;

/// <summary>
/// Gradient descent, plain, with momentum, or with Nesterov's momentum, as PyTorch's <c>SGD</c> without dampening: with
/// <c>e = g + weightDecay p</c> and <c>v = momentum v + e</c>, effectively computes <c>p -= learningRate e</c> without momentum,
/// <c>p -= learningRate v</c> with it, <c>p -= learningRate (e + momentum v)</c> with Nesterov's.
/// </summary>
/// <remarks>Source: Polyak 1964; Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".</remarks>
public sealed class Sgd : Optimizer
{
    private readonly Job _job;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">The learning rate of the first steps; 0 or more.</param>
    /// <param name="momentum">How much of the former direction stays, from 0 to below 1; 0 by default, often 0.9.</param>
    /// <param name="nesterov">Whether to look ahead along the momentum; needs a momentum above 0.</param>
    /// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
    /// <exception cref="ArgumentException">A number is outside its range, or Nesterov's has no momentum.</exception>
    public Sgd(float learningRate, float momentum = 0, bool nesterov = false, float weightDecay = 0)
        : base(learningRate, momentum > 0 ? ["momentum"] : [])
    {
        RequireFrom0To1("Sgd", nameof(momentum), momentum);
        RequireNotNegative("Sgd", nameof(weightDecay), weightDecay);
        if (nesterov && momentum == 0)
            throw new ArgumentException("Sgd with Nesterov's momentum needs a momentum above 0, such as 0.9.");
        Momentum = momentum;
        Nesterov = nesterov;
        WeightDecay = weightDecay;
        _job = new Job(this);
    }

    /// <summary>How much of the former direction stays.</summary>
    public float Momentum { get; }

    /// <summary>Whether the step looks ahead along the momentum.</summary>
    public bool Nesterov { get; }

    /// <summary>What part of each parameter is added to its gradient.</summary>
    public float WeightDecay { get; }

    private protected override void Update(ParameterSet parameters, float factor)
    {
        _job.Factor = factor;
        _job.Run(parameters);
    }

    private sealed unsafe class Job(Sgd owner) : FlatJob
    {
        /// <summary>What gradients are multiplied by first.</summary>
        public float Factor { get; set; }

        protected override void Apply(int first, int length)
        {
            if (owner.Momentum == 0)
            {
                Kernels.Optimizers.Momentum.Descend(Values + first, Gradients + first, length, owner.LearningRate, owner.WeightDecay, Factor);
                return;
            }

            fixed (float* velocity = owner.Remembered(0).Span)
            {
                Kernels.Optimizers.Momentum.Descend(Values + first, Gradients + first, velocity + first, length,
                    owner.LearningRate, owner.WeightDecay, Factor, owner.Momentum, owner.Nesterov);
            }
        }
    }
}
