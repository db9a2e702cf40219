namespace Unfold.Optimizers;

/// <summary>
/// Adam, as PyTorch's: with <c>e = g + weightDecay p</c>, <c>m = beta1 m + (1 - beta1) e</c>, <c>v = beta2 v + (1 - beta2) e²</c>, effectively computes
/// <c>p -= learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)</c> at step t = 1, 2, …
/// </summary>
/// <remarks>Source: Kingma and Ba 2015, algorithm 1.</remarks>
/// <param name="learningRate">The learning rate of the first steps; 0 or more. 0.001 by default.</param>
/// <param name="beta1">How much of the gradient's mean stays, from 0 to below 1.</param>
/// <param name="beta2">How much of the squared gradient's mean stays, from 0 to below 1.</param>
/// <param name="epsilon">What is added to the root, outside it; above 0.</param>
/// <param name="weightDecay">What part of each parameter is added to its gradient; 0 by default.</param>
/// <exception cref="ArgumentException">A number is outside its range.</exception>
public sealed class Adam(float learningRate = 0.001f, double beta1 = 0.9, double beta2 = 0.999, float epsilon = 1e-8f, float weightDecay = 0)
    : AdaptiveMoments(learningRate, beta1, beta2, epsilon, weightDecay);
