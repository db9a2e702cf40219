using System.Text.Json.Serialization;
using Unfold.Autodiff;
using Unfold.Optimizers;

namespace Unfold.Training;

/// <summary>What all tasks' training has in common: how long, how fast, and where it is kept.</summary>
public abstract record TrainingOptions
{
    private protected TrainingOptions()
    {
    }

    /// <summary>How many sequences are read side by side, N; at least 1.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>
    /// After how many batches the weights are changed, by the mean gradient of their items, as by one batch as many times as large; those at an epoch's end may be
    /// fewer. At least 1; default 1.
    /// </summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>How often the training part is read; at least 1; default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The rule by which gradients change weights; default Adam.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>The learning rate at the start, of <see cref="LearningRateDecay.OneCycle"/> at the top; above 0; default 0.004.</summary>
    public float LearningRate { get; init; } = 0.004f;

    /// <summary>How the learning rate changes; default half a cosine over the whole run.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Where a cosine or a line ends, and the least that a plateau leads to; from 0 to <see cref="LearningRate"/>; default 0.</summary>
    public float FinalLearningRate { get; init; }

    /// <summary>Steps at the beginning over which the learning rate rises from near 0; at least 0; default 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>What <see cref="LearningRateDecay.Step"/> and <see cref="LearningRateDecay.Plateau"/> multiply by; in (0, 1], for a plateau below 1; default 0.5.</summary>
    public float DecayFactor { get; init; } = 0.5f;

    /// <summary>After how many epochs <see cref="LearningRateDecay.Step"/> multiplies; at least 1; default 1.</summary>
    public int DecayEpochs { get; init; } = 1;

    /// <summary>How many epochs in a row without a lower validation loss <see cref="LearningRateDecay.Plateau"/> bears; at least 0; default 1.</summary>
    public int DecayPatience { get; init; } = 1;

    /// <summary>The part of the run during which <see cref="LearningRateDecay.OneCycle"/> rises; in (0, 1); default 0.3.</summary>
    public double OneCycleRise { get; init; } = 0.3;

    /// <summary>The momentum of the optimizers that have one; in (0, 1); null (default) for 0.9, and for none in <see cref="OptimizerKind.RmsProp"/>.</summary>
    public float? Momentum { get; init; }

    /// <summary>How much of the gradients' mean Adam and AdamW keep at each step; from 0 to below 1; null (default) for 0.9.</summary>
    public double? Beta1 { get; init; }

    /// <summary>
    /// How much of the squared gradients' mean is kept at each step; from 0 to below 1; null (default) for 0.999 in Adam and AdamW, 0.99 in RMSProp (its alpha) and
    /// 0.9 in AdaDelta (its rho).
    /// </summary>
    public double? Beta2 { get; init; }

    /// <summary>What the adaptive optimizers add to their divisor; above 0; null (default) for 1e-8, in AdaGrad 1e-10 and in AdaDelta 1e-6.</summary>
    public float? Epsilon { get; init; }

    /// <summary>Whether RMSProp divides by the gradients' deviation; default false.</summary>
    public bool Centered { get; init; }

    /// <summary>
    /// What part of each weight is added to its gradient, or in <see cref="OptimizerKind.AdamW"/>, times the learning rate, taken from it; at least 0; null (default) for 0, in AdamW 0.01.
    /// </summary>
    public float? WeightDecay { get; init; }

    /// <summary>The weight of a penalty on the weights' absolute values, L1 Σ|w|; at least 0; default 0.</summary>
    public float L1 { get; init; }

    /// <summary>The weight of a penalty on the weights' squares, L2/2 Σw²; at least 0; default 0.</summary>
    public float L2 { get; init; }

    /// <summary>What holds for some of the weights only, the first group that takes a weight; empty by default.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>
    /// The epoch, from 1, at whose start averaging of the weights begins: validation and the model then use the average of the weights after each step. Null (default) for no
    /// averaging, or for the first where there is an <see cref="AverageDecay"/>.
    /// </summary>
    public int? AverageFrom { get; init; }

    /// <summary>How much of an exponential moving average of the weights stays at each step; in (0, 1); null (default) for the running mean (Polyak).</summary>
    public double? AverageDecay { get; init; }

    /// <summary>All gradients are scaled down together so that their Euclidean norm is at most this; above 0; null for no limit; default 1.</summary>
    public float? ClipNorm { get; init; } = 1;

    /// <summary>Each gradient is cut to within this distance of zero, before <see cref="ClipNorm"/>; above 0; null (default) for no limit.</summary>
    public float? ClipValue { get; init; }

    /// <summary>The most that a step changes any one weight by; above 0; null (default) for no limit.</summary>
    public float? ClipUpdate { get; init; }

    /// <summary>
    /// Stop after this many epochs without a better validation loss, or whatever metric the task watches; at least 1; null (default) to go on to the
    /// end. With a patience, the model ends with the weights of its best epoch.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Decides every random choice: first weights and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where checkpoints are written: after each epoch, every <see cref="CheckpointInterval"/>, and on cancellation; null (default) for nowhere.</summary>
    [JsonIgnore]
    public string? CheckpointPath { get; init; }

    /// <summary>The time between checkpoints within an epoch; at least 0, which is a checkpoint after every step; default five minutes.</summary>
    [JsonIgnore]
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A checkpoint to go on from; null (default) to begin anew. An option that cannot change in the middle of a run and differs from the
    /// checkpoint's is refused.
    /// </summary>
    [JsonIgnore]
    public string? ResumePath { get; init; }

    /// <summary>Where the norms of each layer's gradients are written as CSV, a line a step; null (default) for nowhere.</summary>
    [JsonIgnore]
    public string? GradientNorms { get; init; }

    /// <summary>Of how many steps one is written to <see cref="GradientNorms"/>; at least 1; default 1.</summary>
    [JsonIgnore]
    public int GradientNormsInterval { get; init; } = 1;

    /// <summary>The directory where TensorBoard's events are written: losses, metrics, and how the weights, gradients and gates of each layer are spread; null (default) for none.</summary>
    [JsonIgnore]
    public string? TensorBoard { get; init; }

    /// <summary>Called between steps and epochs, in this order; none by default.</summary>
    [JsonIgnore]
    public IReadOnlyList<TrainingCallback> Callbacks { get; init; } = [];

    /// <summary>What the report names as the command of the run.</summary>
    [JsonIgnore]
    public string Command { get; init; } = "";

    /// <summary>Counts where the time of the run's steps goes; null (default) for nobody.</summary>
    [JsonIgnore]
    public StepProfile? Profile { get; init; }

    /// <summary>Refuses options that are out of range.</summary>
    /// <exception cref="OptionException">An option is out of range.</exception>
    internal virtual void Check()
    {
        Require(Batch is >= 1 and <= 1 << 20, nameof(Batch), "a whole number from 1 to 1048576", Batch);
        Require(Accumulate is >= 1 and <= 1 << 20, nameof(Accumulate), "a whole number from 1 to 1048576", Accumulate);
        Require(Epochs >= 1, nameof(Epochs), "a whole number of at least 1", Epochs);
        Require(Enum.IsDefined(Optimizer), nameof(Optimizer), "one of those that there are", Optimizer);
        Require(Enum.IsDefined(Decay), nameof(Decay), "one of those that there are", Decay);
        Require(LearningRate > 0 && float.IsFinite(LearningRate), nameof(LearningRate), "a number above 0", LearningRate);
        Require(FinalLearningRate >= 0 && FinalLearningRate <= LearningRate, nameof(FinalLearningRate), $"a number from 0 to the learning rate {LearningRate}", FinalLearningRate);
        Require(WarmupSteps >= 0, nameof(WarmupSteps), "a whole number of at least 0", WarmupSteps);
        Require(DecayFactor is > 0 and <= 1 && (DecayFactor < 1 || Decay != LearningRateDecay.Plateau), nameof(DecayFactor), "a number above 0, at most 1 and for a plateau below it", DecayFactor);
        Require(DecayEpochs >= 1, nameof(DecayEpochs), "a whole number of at least 1", DecayEpochs);
        Require(DecayPatience >= 0, nameof(DecayPatience), "a whole number of at least 0", DecayPatience);
        Require(OneCycleRise is > 0 and < 1, nameof(OneCycleRise), "a number between 0 and 1", OneCycleRise);
        Require(Momentum is null or (> 0 and < 1), nameof(Momentum), "a number between 0 and 1", Momentum);
        Require(Beta1 is null or (>= 0 and < 1), nameof(Beta1), "a number from 0 to below 1", Beta1);
        Require(Beta2 is null or (>= 0 and < 1), nameof(Beta2), "a number from 0 to below 1", Beta2);
        Require(Epsilon is null or (> 0 and < float.PositiveInfinity), nameof(Epsilon), "a number above 0", Epsilon);
        Require(WeightDecay is null or (>= 0 and < float.PositiveInfinity), nameof(WeightDecay), "a number of at least 0", WeightDecay);
        Require(L1 >= 0 && float.IsFinite(L1), nameof(L1), "a number of at least 0", L1);
        Require(L2 >= 0 && float.IsFinite(L2), nameof(L2), "a number of at least 0", L2);
        Require(Groups is not null && !Groups.Contains(null!), nameof(Groups), "a list of groups", "missing");
        Require(AverageFrom is null || (AverageFrom >= 1 && AverageFrom <= Epochs), nameof(AverageFrom), $"a whole number from 1 to the last epoch, {Epochs}", AverageFrom);
        Require(AverageDecay is null or (> 0 and < 1), nameof(AverageDecay), "a number between 0 and 1", AverageDecay);
        Require(ClipNorm is null or > 0, nameof(ClipNorm), "a number above 0", ClipNorm);
        Require(ClipValue is null or > 0, nameof(ClipValue), "a number above 0", ClipValue);
        Require(ClipUpdate is null or > 0, nameof(ClipUpdate), "a number above 0", ClipUpdate);
        Require(Patience is null or >= 1, nameof(Patience), "a whole number of at least 1", Patience);
        Require(GradientNormsInterval >= 1, nameof(GradientNormsInterval), "a whole number of at least 1", GradientNormsInterval);
        Require(CheckpointInterval >= TimeSpan.Zero, nameof(CheckpointInterval), "a time of at least 0", CheckpointInterval);
    }

    /// <summary>Throws an <see cref="OptionException"/> unless an option is in range.</summary>
    private protected static void Require(bool inRange, string option, string expected, object? got)
    {
        if (!inRange)
            throw new OptionException(option, $"{option} must be {expected}, but is {got}.");
    }
}
