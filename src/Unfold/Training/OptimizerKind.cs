namespace Unfold.Training;

/// <summary>The rule by which gradients change weights.</summary>
public enum OptimizerKind
{
    /// <summary>Adaptive moments (Kingma and Ba 2015), with the bias correction, as PyTorch computes it.</summary>
    Adam,

    /// <summary>Plain stochastic gradient descent.</summary>
    Sgd,

    /// <summary>Gradient descent with momentum.</summary>
    Momentum,

    /// <summary>Gradient descent with Nesterov's momentum.</summary>
    Nesterov,
}

/// <summary>How the learning rate changes over a run.</summary>
public enum LearningRateDecay
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>Half a cosine, from the learning rate down to <c>FinalLearningRate</c> at the last step.</summary>
    Cosine,

    /// <summary>A straight line, from the learning rate down to <c>FinalLearningRate</c> at the last step.</summary>
    Linear,

    /// <summary>Multiplied by <c>DecayFactor</c> after every <c>DecayEpochs</c> epochs.</summary>
    Step,
}
