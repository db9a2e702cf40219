using System.Text.Json.Serialization;
using Unfold.Autodiff;

namespace Unfold.Training;

/// <summary>What all tasks' training has in common: how long, how fast, and where it is kept.</summary>
public abstract record TrainingOptions
{
    private protected TrainingOptions()
    {
    }

    /// <summary>How many sequences are read side by side, N; at least 1.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How often the training part is read; at least 1; default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The rule by which gradients change weights; default Adam.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>The learning rate at the start; above 0; default 0.004.</summary>
    public float LearningRate { get; init; } = 0.004f;

    /// <summary>How the learning rate changes; default half a cosine over the whole run.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Where a cosine or a line ends; from 0 to <see cref="LearningRate"/>; default 0.</summary>
    public float FinalLearningRate { get; init; }

    /// <summary>Steps at the beginning over which the learning rate rises from near 0; at least 0; default 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>What <see cref="LearningRateDecay.Step"/> multiplies by; in (0, 1]; default 0.5.</summary>
    public float DecayFactor { get; init; } = 0.5f;

    /// <summary>After how many epochs <see cref="LearningRateDecay.Step"/> multiplies; at least 1; default 1.</summary>
    public int DecayEpochs { get; init; } = 1;

    /// <summary>The momentum of <see cref="OptimizerKind.Momentum"/> and <see cref="OptimizerKind.Nesterov"/>; in (0, 1); default 0.9.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>What part of each weight is added to its gradient; at least 0; default 0.</summary>
    public float WeightDecay { get; init; }

    /// <summary>All gradients are scaled down together so that their Euclidean norm is at most this; above 0; null for no limit; default 1.</summary>
    public float? ClipNorm { get; init; } = 1;

    /// <summary>Each gradient is cut to within this distance of zero, before <see cref="ClipNorm"/>; above 0; null (default) for no limit.</summary>
    public float? ClipValue { get; init; }

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
        Require(Epochs >= 1, nameof(Epochs), "a whole number of at least 1", Epochs);
        Require(Enum.IsDefined(Optimizer), nameof(Optimizer), "one of those that there are", Optimizer);
        Require(Enum.IsDefined(Decay), nameof(Decay), "one of those that there are", Decay);
        Require(LearningRate > 0 && float.IsFinite(LearningRate), nameof(LearningRate), "a number above 0", LearningRate);
        Require(FinalLearningRate >= 0 && FinalLearningRate <= LearningRate, nameof(FinalLearningRate), $"a number from 0 to the learning rate {LearningRate}", FinalLearningRate);
        Require(WarmupSteps >= 0, nameof(WarmupSteps), "a whole number of at least 0", WarmupSteps);
        Require(DecayFactor is > 0 and <= 1, nameof(DecayFactor), "a number above 0, at most 1", DecayFactor);
        Require(DecayEpochs >= 1, nameof(DecayEpochs), "a whole number of at least 1", DecayEpochs);
        Require(Momentum is > 0 and < 1, nameof(Momentum), "a number between 0 and 1", Momentum);
        Require(WeightDecay >= 0 && float.IsFinite(WeightDecay), nameof(WeightDecay), "a number of at least 0", WeightDecay);
        Require(ClipNorm is null or > 0, nameof(ClipNorm), "a number above 0", ClipNorm);
        Require(ClipValue is null or > 0, nameof(ClipValue), "a number above 0", ClipValue);
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
