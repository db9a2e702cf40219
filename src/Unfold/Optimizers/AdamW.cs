namespace Unfold.Optimizers;

/// <summary>
/// Adam with a weight decay of its own, as PyTorch's: effectively computes <c>p -= learningRate weightDecay p</c>, then the step of <see cref="Adam"/> without
/// weight decay.
/// </summary>
/// <remarks>Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization", algorithm 2.</remarks>
/// <param name="learningRate">The learning rate of the first steps; 0 or more. 0.001 by default.</param>
/// <param name="beta1">How much of the gradient's mean stays, from 0 to below 1.</param>
/// <param name="beta2">How much of the squared gradient's mean stays, from 0 to below 1.</param>
/// <param name="epsilon">What is added to the root, outside it; above 0.</param>
/// <param name="weightDecay">What part of each parameter, times the learning rate, is taken from it at each step; 0.01 by default.</param>
/// <exception cref="ArgumentException">A number is outside its range.</exception>
public sealed class AdamW(float learningRate = 0.001f, double beta1 = 0.9, double beta2 = 0.999, float epsilon = 1e-8f, float weightDecay = 0.01f)
    : AdaptiveMoments(learningRate, beta1, beta2, epsilon, weightDecay)
{
    private protected override bool HasDecoupledDecay => true;
}
