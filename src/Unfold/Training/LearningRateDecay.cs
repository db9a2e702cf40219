namespace Unfold.Training;

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

    /// <summary>
    /// One cycle (Smith and Topin 2018): up from a 25th of the learning rate during the first <c>OneCycleRise</c> of the run, down to a 250,000th at its end; and the momentum,
    /// where the optimizer has one, from 0.95 to 0.85 and back.
    /// </summary>
    OneCycle,

    /// <summary>
    /// Multiplied by <c>DecayFactor</c> when the validation loss has not fallen for more than <c>DecayPatience</c> epochs; never below <c>FinalLearningRate</c>. Something must be
    /// held out.
    /// </summary>
    Plateau,
}
