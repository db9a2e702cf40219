namespace Unfold.Training;

/// <summary>The rule by which gradients change weights; each is described with its equation at the class of its name in <c>Unfold.Optimizers</c>.</summary>
public enum OptimizerKind
{
    /// <summary>Adaptive moments (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>Plain gradient descent: of a whole text, of one stretch or of a few, as <c>Batch</c> says.</summary>
    Sgd,

    /// <summary>Gradient descent with momentum.</summary>
    Momentum,

    /// <summary>Gradient descent with Nesterov's momentum.</summary>
    Nesterov,

    /// <summary>Divided by the root of all squared gradients so far (Duchi et al. 2011).</summary>
    AdaGrad,

    /// <summary>Divided by the root of the mean of squared gradients (Tieleman and Hinton 2012).</summary>
    RmsProp,

    /// <summary>As RMSProp, times the root of the mean of squared steps (Zeiler 2012); its learning rate is 1 or near it.</summary>
    AdaDelta,

    /// <summary>Adam with a weight decay of its own (Loshchilov and Hutter 2019).</summary>
    AdamW,
}
