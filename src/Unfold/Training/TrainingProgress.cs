using Unfold.Metrics;

namespace Unfold.Training;

/// <summary>What a training run is doing at the moment.</summary>
public enum TrainingStage
{
    /// <summary>Changing weights.</summary>
    Training,

    /// <summary>Measuring the loss on the held-out part.</summary>
    Validating,

    /// <summary>An epoch has ended: its losses are known.</summary>
    EpochEnded,

    /// <summary>A checkpoint has been written.</summary>
    CheckpointSaved,

    /// <summary>The run has ended.</summary>
    Finished,
}

/// <summary>One report of a training run to its observer, made after every step; a value, so that reporting allocates nothing.</summary>
public readonly record struct TrainingProgress
{
    /// <summary>What the run is doing.</summary>
    public TrainingStage Stage { get; init; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>How many epochs there will be at most.</summary>
    public int Epochs { get; init; }

    /// <summary>Steps (updates of the weights, of one batch or several each) taken since the run began, those before a resume included.</summary>
    public long Step { get; init; }

    /// <summary>How many steps there will be at most.</summary>
    public long Steps { get; init; }

    /// <summary>What the task counts its data in: <c>tokens</c>, <c>images</c>, …</summary>
    public string Items { get; init; }

    /// <summary>Items read since the run began (while validating: of the held-out part).</summary>
    public long ItemsDone { get; init; }

    /// <summary>Items to be read in all (while validating: of the held-out part).</summary>
    public long ItemsTotal { get; init; }

    /// <summary>The mean training loss of the epoch so far, in nats an item; after <see cref="TrainingStage.EpochEnded"/>, of the whole epoch.</summary>
    public double Loss { get; init; }

    /// <summary>The training loss of the last hundred steps or so (an exponential mean), in nats an item.</summary>
    public double RecentLoss { get; init; }

    /// <summary>The loss on the held-out part, in nats an item: of the epoch that has just ended, else of the one before; null where there is none.</summary>
    public double? ValidationLoss => Validation is { Count: > 0 } measured ? measured[0].Value : null;

    /// <summary>All that was measured on the held-out part, the loss first: of the epoch that has just ended, else of the one before; empty where there is none.</summary>
    public IReadOnlyList<Metric> Validation { get; init; }

    /// <summary>The best value so far of the metric on the held-out part that the task watches: its loss, unless the task says otherwise.</summary>
    public double? Best { get; init; }

    /// <summary>The Euclidean norm of all gradients before clipping, at the last step.</summary>
    public double GradientNorm { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Training items a second, since the run was started or resumed; validation is not counted.</summary>
    public double ItemsPerSecond { get; init; }

    /// <summary>Seconds since the run was started or resumed.</summary>
    public double Seconds { get; init; }

    /// <summary>An estimate of the time left, validation included; null while there is nothing to judge from.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Mean characters an item of the training text: 1 for characters, and where there is no text; divides a loss into bits a character.</summary>
    public double CharactersPerItem { get; init; }

    /// <summary>exp(<see cref="RecentLoss"/>): of how many equally likely tokens a language model seems to choose.</summary>
    public double Perplexity => Math.Exp(RecentLoss);

    /// <summary><see cref="RecentLoss"/> in bits a character.</summary>
    public double BitsPerCharacter => RecentLoss / Math.Log(2) / CharactersPerItem;
}
