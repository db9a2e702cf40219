using Unfold.Autodiff;
using Unfold.Kernels.Optimizers;

namespace Unfold.Optimizers;

/// <summary>
/// Adam, as PyTorch's: with <c>e = g + weightDecay p</c>, <c>m = beta1 m + (1 - beta1) e</c>, <c>v = beta2 v + (1 - beta2) e²</c>, effectively computes
/// <c>p -= learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)</c> at step t = 1, 2, …
/// </summary>
/// <remarks>Source: Kingma and Ba 2015, algorithm 1.</remarks>
public sealed class Adam : Optimizer
{
    private readonly Job _job;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">The learning rate of the first steps; 0 or more. 0.001 by default.</param>
    /// <param name="beta1">How much of the gradient's mean stays, from 0 to below 1.</param>
    /// <param name="beta2">How much of the squared gradient's mean stays, from 0 to below 1.</param>
    /// <param name="epsilon">What is added to the root, outside it; above 0.</param>
    /// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
    /// <exception cref="ArgumentException">A number is outside its range.</exception>
    public Adam(float learningRate = 0.001f, double beta1 = 0.9, double beta2 = 0.999, float epsilon = 1e-8f, float weightDecay = 0)
        : base(learningRate, "mean", "square")
    {
        RequireFrom0To1("Adam", nameof(beta1), beta1);
        RequireFrom0To1("Adam", nameof(beta2), beta2);
        RequireNotNegative("Adam", nameof(weightDecay), weightDecay);
        if (!(epsilon > 0))
            throw new ArgumentException($"Adam expects an epsilon above 0, but got {epsilon}.");
        Beta1 = beta1;
        Beta2 = beta2;
        Epsilon = epsilon;
        WeightDecay = weightDecay;
        _job = new Job(this);
    }

    /// <summary>How much of the gradient's mean stays.</summary>
    public double Beta1 { get; }

    /// <summary>How much of the squared gradient's mean stays.</summary>
    public double Beta2 { get; }

    /// <summary>What is added to the root of the squared gradient's mean.</summary>
    public float Epsilon { get; }

    /// <summary>What part of each parameter is added to its gradient.</summary>
    public float WeightDecay { get; }

    private protected override void Update(ParameterSet parameters, float factor)
    {
        _job.Rate = (float)(LearningRate / (1 - Math.Pow(Beta1, StepCount)));
        _job.RootScale = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, StepCount)));
        _job.Factor = factor;
        _job.Run(parameters);
    }

    private sealed unsafe class Job(Adam owner) : FlatJob
    {
        /// <summary>The learning rate with the correction of the mean.</summary>
        public float Rate { get; set; }

        /// <summary>The correction of the root.</summary>
        public float RootScale { get; set; }

        /// <summary>What gradients are multiplied by first.</summary>
        public float Factor { get; set; }

        protected override void Apply(int first, int length)
        {
            fixed (float* mean = owner.Remembered(0).Span, square = owner.Remembered(1).Span)
            {
                Moments.Descend(Values + first, Gradients + first, mean + first, square + first, length, Rate, owner.WeightDecay,
                    (float)(1 - owner.Beta1), (float)owner.Beta2, (float)(1 - owner.Beta2), RootScale, owner.Epsilon, Factor);
            }
        }
    }
}
